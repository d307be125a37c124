/** A quotation with all that it may not be shown without: speaker, office, date, source, remarks. */
import { AT, type Quote, type Source, type Speaker } from "./api";

/** Who said it, each with the office held that day. */
export function Speakers({ speakers }: { speakers: Speaker[] }) {
  return (
    <>
      {speakers.map(({ actor, office }, place) => (
        <span key={actor.id}>
          {place > 0 && ", "}
          <b>{actor.name}</b>
          {office && <span className="soft">, {office}</span>}
        </span>
      ))}
    </>
  );
}

/** The way to the source, to the very words where they were found. */
export function SourceLink({ source }: { source: Source }) {
  const there = source.passage_href ?? source.href ?? source.archive_href;
  return there ? (
    <a href={there} rel="external noopener" hrefLang={source.language}>
      {source.name}
    </a>
  ) : (
    <>{source.name}</>
  );
}

const ON_WHOSE_WORD: Record<Quote["attribution"], string> = {
  on_record: "",
  spokesperson: "by a spokesperson",
  official_source: "by an official source",
  document: "from a document",
  reported: "reported at second hand",
};

/** What a reader has to know of the words. */
function remarks({ translated, fragment, attribution }: Quote): string[] {
  const language = translated ? "translated" : translated === null ? "not known whether translated" : "";
  return [language, fragment ? "part of a sentence" : "", ON_WHOSE_WORD[attribution]].filter(Boolean);
}

export function Quotation({ quote }: { quote: Quote }) {
  const others = quote.renderings.filter((each) => each.text !== quote.text);
  return (
    <article>
      <p className="who">
        <Speakers speakers={quote.speakers} />
        <time dateTime={quote.start_date}>{quote.display_date}</time>
      </p>
      <blockquote lang={quote.language} dir="auto" cite={`${AT}${quote.url}`}>
        {quote.fragment ? `… ${quote.text} …` : quote.text}
      </blockquote>
      {quote.context && <p dir="auto">{quote.context}</p>}
      <p className="small">
        {remarks(quote).map((each) => (
          <span className="tag" key={each}>
            {each}
          </span>
        ))}
        Source:{" "}
        {quote.citations.map(({ source, via }, place) => (
          <span key={source.id}>
            {place > 0 && "; "}
            <SourceLink source={source} />
            {via && `, citing ${via}`}
          </span>
        ))}
        {" · "}
        <a href={`${AT}${quote.url.replace("/v1", "")}`}>In the record</a>
      </p>
      {others.length > 0 && (
        <details className="small">
          <summary>
            {others.length} other {others.length === 1 ? "wording" : "wordings"}
          </summary>
          <ul>
            {others.map((each) => (
              <li key={each.source.id + each.text}>
                <span lang={each.language} dir="auto">
                  “{each.text}”
                </span>{" "}
                <SourceLink source={each.source} />
                {each.translated && <span className="soft"> (translated)</span>}
              </li>
            ))}
          </ul>
        </details>
      )}
    </article>
  );
}
