/** Looks a quotation up in the record, and shows what differs word by word. */
import { useState, type FormEvent } from "react";
import { AT, type Checked, check } from "./api";
import { SourceLink, Speakers } from "./Quotation";

type Match = Checked["matches"][number];

function Difference({ match }: { match: Match }) {
  return (
    <blockquote lang={match.language} dir="auto">
      {match.diff.map((step, place) => (
        <span key={place}>
          {step.op !== "equal" && step.asked && <del>{step.asked}</del>} {step.op === "equal" ? step.printed : step.printed && <ins>{step.printed}</ins>}{" "}
        </span>
      ))}
    </blockquote>
  );
}

export function Check() {
  const [found, setFound] = useState<Checked>();
  const [problem, setProblem] = useState("");

  function ask(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const text = String(new FormData(event.currentTarget).get("text"));
    setProblem("");
    check(text).then(setFound, (error: Error) => {
      setFound(undefined);
      setProblem(error.message);
    });
  }

  return (
    <section className="panel" aria-labelledby="check">
      <h2 id="check">Check a quotation</h2>
      <form onSubmit={ask}>
        <label>
          The words
          <textarea name="text" required rows={3} dir="auto" />
        </label>
        <button>Check</button>
      </form>
      <div role="status">
        {problem && <p className="problem">{problem}</p>}
        {found && <p className={`verdict ${found.verdict}`}>{found.statement}</p>}
        {found?.matches.slice(0, 3).map((match) => (
          <article key={match.quote.id}>
            <p className="who">
              <Speakers speakers={match.speakers} />
              <time>{match.date}</time>
            </p>
            <Difference match={match} />
            <p className="small">
              As printed by <SourceLink source={match.source} />
              {" · "}
              <a href={`${AT}${match.quote.url.replace("/v1", "")}`}>In the record</a>
            </p>
          </article>
        ))}
      </div>
    </section>
  );
}
