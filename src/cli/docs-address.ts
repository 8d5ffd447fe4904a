/** Where the documentation can be read on the web, which dpamt cannot know by itself. */
import { InputError } from "./failure.js";

/** Names the address of the folder docs/ of dpamt. */
const VARIABLE = "DPAMT_DOCS_URL";

/** The address without a slash at its end, if one is given. @throws InputError for what is no address of the web */
export function docsAddress(environment: NodeJS.ProcessEnv = process.env): { readonly docs?: string } {
  const given = environment[VARIABLE];
  if (given === undefined || given === "") return {};
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.username + url.password + url.search + url.hash !== ""
  ) {
    throw new InputError(
      `${VARIABLE} is "${given}"; give the address of the folder docs/ of dpamt on the web, e.g. https://git.example/dpamt/blob/main/docs`,
    );
  }
  return { docs: url.href.replace(/\/+$/, "") };
}
