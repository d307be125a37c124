/**
 * Asks Parley from TypeScript, with types generated from its own description.
 *
 *   npm ci
 *   npx openapi-typescript http://127.0.0.1:8000/openapi.json --output schema.d.ts
 *   npx tsc --strict --target es2022 --module nodenext client.ts
 *   node -e 'import("./client.js").then(({ report }) => report("http://127.0.0.1:8000"))'
 */
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

export type Quote = components["schemas"]["QuoteDocument"];
export type Problem = components["schemas"]["ProblemDocument"];

/** Answers are JSON, and so are refusals. */
type Media = "application/json" | "application/problem+json";

const connect = (baseUrl: string) => createClient<paths, Media>({ baseUrl });

/** Every quotation by someone that has all of the words, page after page. */
export async function* quotations(baseUrl: string, actor: string, words?: string): AsyncGenerator<Quote> {
  const client = connect(baseUrl);
  let cursor: string | undefined;
  do {
    const { data, error } = await client.GET("/v1/quotes", {
      params: { query: { actor: [actor], actor_role: ["speaker"], q: words, limit: 100, cursor } },
    });
    if (error) throw new Error(error.detail);
    yield* data.data;
    const next = data.links.next;
    cursor = next ? (new URL(next, baseUrl).searchParams.get("cursor") ?? undefined) : undefined;
  } while (cursor);
}

/** What each phase of a proposal asks of whom, as lines. */
export async function obligations(baseUrl: string, proposal: string): Promise<string[]> {
  const { data, error } = await connect(baseUrl).GET("/v1/terms", {
    params: { query: { proposal: [proposal], sort: "date" } },
  });
  if (error) throw new Error(error.detail);
  return data.data.map((term) => {
    const obliged = term.obliged.map((actor) => actor.name).join(", ");
    return `${term.phase ?? "whole"}: ${obliged}: ${term.text}`;
  });
}

/** What the API says of a question that cannot be asked, with the nearest right value. */
export async function refusal(baseUrl: string, actor: string): Promise<Problem | undefined> {
  const { error } = await connect(baseUrl).GET("/v1/events", {
    params: { query: { actor: [actor] } },
  });
  return error;
}

/** A few questions, answered on the console. */
export async function report(baseUrl: string): Promise<void> {
  const { data: dataset } = await connect(baseUrl).GET("/v1/dataset");
  if (!dataset) throw new Error("There is no dataset.");
  console.log(`${dataset.data.title}, revision ${dataset.meta.revision.digest.slice(0, 12)}`);
  const first = dataset.data.balance?.actors[0]?.actor;
  if (!first) return;
  let count = 0;
  for await (const quote of quotations(baseUrl, first.id)) {
    if (count++ < 3) console.log(`${quote.date} ${first.name}: ${quote.text}`);
  }
  console.log(`${count} quotations`);
  const { data: timeline } = await connect(baseUrl).GET("/v1/timeline", {
    params: { query: { kind: ["proposal"], limit: 1 } },
  });
  for (const proposal of timeline?.data ?? []) {
    // Of a union of kinds, `kind` tells which one it is.
    if (proposal.kind === "proposal") console.log(`${proposal.title}: ${proposal.status}`);
    for (const line of await obligations(baseUrl, proposal.id)) console.log(line);
  }
  const problem = await refusal(baseUrl, `${first.id}x`);
  console.log(problem?.errors?.[0]?.detail);
}
