/** The questions that this page asks, with types generated from the description of the API. */
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

export type Quote = components["schemas"]["QuoteDocument"];
export type Facet = components["schemas"]["FacetValueModel"];
export type Checked = components["schemas"]["CheckResult"]["data"];
export type Source = components["schemas"]["SourceSummary"];
export type Speaker = Quote["speakers"][number];

/** What the list is narrowed by. */
export interface Question {
  q: string;
  speaker: string;
  topic: string;
}

/** One page of the list; the first one has the numbers of the whole answer. */
export interface Page {
  quotes: Quote[];
  cursor: string | undefined;
  total: number | undefined;
  speakers: Facet[];
  topics: Facet[];
}

export const AT = new URLSearchParams(location.search).get("at") ?? "http://127.0.0.1:8000";

/** Answers are JSON, and so are refusals. */
const client = createClient<paths, "application/json" | "application/problem+json">({ baseUrl: AT });

export async function title(): Promise<string> {
  const { data, error } = await client.GET("/v1/dataset");
  if (error) throw new Error(error.detail);
  return data.data.title;
}

export async function quotations(question: Question, cursor: string | undefined, signal: AbortSignal): Promise<Page> {
  const { data, error } = await client.GET("/v1/quotes", {
    signal,
    params: {
      query: {
        q: question.q || undefined,
        speaker: question.speaker ? [question.speaker] : undefined,
        topic: question.topic ? [question.topic] : undefined,
        limit: 20,
        cursor,
        // The numbers are of the whole answer, so the first page is asked for them, and no other.
        count: cursor ? undefined : "exact",
        facets: cursor ? undefined : ["speaker", "topic"],
      },
    },
  });
  if (error) throw new Error(error.detail);
  const { meta } = data;
  return {
    quotes: data.data,
    cursor: meta.next_cursor ?? undefined,
    total: meta.total ?? undefined,
    speakers: meta.facets?.speaker?.values ?? [],
    topics: meta.facets?.topic?.values ?? [],
  };
}

export async function check(text: string): Promise<Checked> {
  const { data, error } = await client.GET("/v1/check", { params: { query: { text } } });
  if (error) throw new Error(error.detail);
  return data.data;
}
