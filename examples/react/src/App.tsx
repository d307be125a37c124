/** A list of quotations that grows while one scrolls, narrowed by words, speaker and topic. */
import { useEffect, useRef, useState } from "react";
import { AT, type Facet, type Page, type Question, quotations, title } from "./api";
import { Check } from "./Check";
import { Quotation } from "./Quotation";

const ALL: Question = { q: "", speaker: "", topic: "" };
const NOTHING: Page = { quotes: [], cursor: undefined, total: undefined, speakers: [], topics: [] };

interface ChoiceProps {
  label: string;
  facets: Facet[];
  chosen: string;
  choose: (id: string) => void;
}

/** The values that the answer has, each with its number. */
function Choice({ label, facets, chosen, choose }: ChoiceProps) {
  return (
    <label>
      {label}
      <select value={chosen} onChange={(event) => choose(event.target.value)}>
        <option value="">All</option>
        {facets.map((each) => (
          <option key={each.id} value={each.id}>
            {each.label} ({each.count})
          </option>
        ))}
      </select>
    </label>
  );
}

/** Asks for the first page of a question, and for the next one whenever `more` is called. */
function useQuotations(question: Question) {
  const [page, setPage] = useState(NOTHING);
  const [problem, setProblem] = useState("");
  const asking = useRef<AbortController>(undefined);

  function ask(before: Page) {
    asking.current?.abort();
    const controller = new AbortController();
    asking.current = controller;
    quotations(question, before.cursor, controller.signal).then(
      (found) => {
        const first = before.cursor === undefined;
        setProblem("");
        setPage(first ? found : { ...before, quotes: [...before.quotes, ...found.quotes], cursor: found.cursor });
      },
      (error: Error) => {
        if (!controller.signal.aborted) setProblem(error.message);
      },
    );
    return () => controller.abort();
  }

  useEffect(() => ask(NOTHING), [question]);
  return { page, problem, more: () => page.cursor !== undefined && ask(page) };
}

export function App() {
  const [name, setName] = useState("");
  const [question, setQuestion] = useState(ALL);
  const { page, problem, more } = useQuotations(question);
  const end = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    title().then(setName, () => setName("The record does not answer"));
  }, []);
  useEffect(() => {
    if (end.current === null) return undefined;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && more(), { rootMargin: "600px" });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [page]);

  return (
    <>
      <header>
        <h1>{name}</h1>
        <p className="soft">
          What was said, by whom, and who printed it. From <a href={AT}>the record</a>.
        </p>
      </header>
      <div className="columns">
        <main>
          <form role="search" onSubmit={(event) => event.preventDefault()}>
            <label>
              Words
              <input type="search" value={question.q} onChange={(event) => setQuestion({ ...question, q: event.target.value })} />
            </label>
            <Choice label="Speaker" facets={page.speakers} chosen={question.speaker} choose={(speaker) => setQuestion({ ...question, speaker })} />
            <Choice label="Topic" facets={page.topics} chosen={question.topic} choose={(topic) => setQuestion({ ...question, topic })} />
          </form>
          <p role="status" className={problem ? "problem" : "soft"}>
            {problem || (page.total !== undefined && `${page.total} quotations`)}
          </p>
          {page.quotes.map((each) => (
            <Quotation quote={each} key={each.id} />
          ))}
          {page.cursor !== undefined && (
            <button ref={end} onClick={more}>
              More
            </button>
          )}
        </main>
        <aside>
          <Check />
        </aside>
      </div>
    </>
  );
}
