import createClient from "openapi-fetch";
import type { paths } from "./schema";
import { client as hey } from "./hey/client.gen";
import * as heyApi from "./hey";
import { getProposal, listQuotes, checkQuotation, useListQuotes } from "./orval/parley";
import { CheckApi, Configuration, FindApi, ReadApi } from "./generator";

const base = process.argv[2] ?? "";
const query = { speaker: ["ireland"], limit: 2 };
const text = "a new beginning";

type Answers = [string[] | undefined, string | undefined, string | undefined];

async function openapiFetch(): Promise<Answers> {
  const client = createClient<paths>({ baseUrl: base });
  const quotes = await client.GET("/v1/quotes", { params: { query } });
  const proposal = await client.GET("/v1/proposals/{id}", { params: { path: { id: "agreement" } } });
  const checked = await client.GET("/v1/check", { params: { query: { text } } });
  return [quotes.data?.data.map((each) => each.id), proposal.data?.data.title, checked.data?.data.verdict];
}

async function heyApiClient(): Promise<Answers> {
  hey.setConfig({ baseUrl: base });
  const quotes = await heyApi.listQuotes({ query });
  const proposal = await heyApi.getProposal({ path: { id: "agreement" } });
  const checked = await heyApi.checkQuotation({ query: { text } });
  return [quotes.data?.data.map((each) => each.id), proposal.data?.data.title, checked.data?.data.verdict];
}

async function orval(): Promise<Answers> {
  const quotes = await listQuotes(query);
  const proposal = await getProposal("agreement");
  const checked = await checkQuotation({ text });
  if (quotes.status !== 200 || proposal.status !== 200 || checked.status !== 200) throw new Error("refused");
  if (typeof useListQuotes !== "function") throw new Error("no hook");
  return [quotes.data.data.map((each) => each.id), proposal.data.data.title, checked.data.data.verdict];
}

async function openapiGenerator(): Promise<Answers> {
  const configuration = new Configuration({ basePath: base });
  const quotes = await new FindApi(configuration).listQuotes(query);
  const proposal = await new ReadApi(configuration).getProposal({ id: "agreement" });
  const checked = await new CheckApi(configuration).checkQuotation({ text });
  return [quotes.data.map((each) => each.id), proposal.data.title, checked.data.verdict];
}

async function main(): Promise<void> {
  const answers = {
    "openapi-fetch": await openapiFetch(),
    "@hey-api/openapi-ts": await heyApiClient(),
    orval: await orval(),
    "openapi-generator": await openapiGenerator(),
  };
  console.log(JSON.stringify(answers));
}

void main();
