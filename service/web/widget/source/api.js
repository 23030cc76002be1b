// @ts-check
/*
 * What the widget asks of the server, and what can go wrong on the way. Nothing else fetches.
 */

/** @typedef {{ name: string, label: string, type: string, required: boolean, max_length: number, autocomplete: string }} Field */
/** @typedef {{ algorithm: string, challenge: string, salt: string, signature: string, maxnumber: number }} Challenge ALTCHA's */
/** @typedef {{ fields: Field[], heading: string, note: string, submit_label: string, honeypot: string, honeypot_label: string, token: string, thread: string, closed: boolean, off: boolean, lang: string, edit_window_minutes: number, challenge?: Challenge | null }} FormSchema */
/** @typedef {{ id: string, parent_id: string | null, author_name: string, author_url: string | null, avatar: string, content_html: string, created_at: string, edited_at?: string | null, removed: boolean, staff?: boolean | string | null }} Comment */
/** @typedef {{ total: number, comments: Comment[], next: string | null, closed: boolean, off: boolean, etag: string | null }} Page */
/** @typedef {{ id: string, state: string, status_url: string, edit_token: string }} Receipt */
/** @typedef {{ id: string, state: string, edit: string | null, statement: { reason: string } | null, can_appeal: boolean }} Status */
/** @typedef {{ url: string, id: string | null, title: string | null }} Thread */
/** @typedef {{ pointer: string, code: string, message: string }} FieldProblem */

/** Where this script came from is where the server is, also under a path of a larger site. */
export const BASE = new URL(".", import.meta.url);

const TIMEOUT_MS = 20_000;

/** The server answered, and said no; or no answer came, and whether it saw the request is unknown. */
export class Refusal extends Error {
  /**
   * @param {number} status 0 without an answer: offline, a firewall, a timeout
   * @param {{ type?: string, detail?: string, title?: string, errors?: FieldProblem[] }} problem RFC 9457
   * @param {number} retryAfterSeconds 0 where the server named no time
   */
  constructor(status, problem, retryAfterSeconds) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.status = status;
    this.code = problem.type?.split("/").pop() ?? "";
    this.errors = problem.errors ?? [];
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

let tries = 0;

/**
 * A part of the widget that not every reader needs.
 * @param {string} name
 * @returns {Promise<any>}
 */
export async function load(name) {
  // Some browsers remember for good that a module could not be loaded: then by another address.
  const address = new URL(`embed/${name}.js${tries ? `?${tries}` : ""}`, BASE);
  try {
    return await import(address.href);
  } catch (error) {
    tries++;
    return unreachable(error);
  }
}

/** @param {string} site */
export const siteAddress = (site) => new URL(`v1/sites/${encodeURIComponent(site)}/`, BASE);

export class Api {
  #site;
  #thread;
  #signal;

  /**
   * @param {string} site
   * @param {Thread} thread
   * @param {AbortSignal} signal ends every request of this client
   */
  constructor(site, thread, signal) {
    this.#site = siteAddress(site);
    this.#thread = thread;
    this.#signal = signal;
  }

  /**
   * @param {string} lang
   * @returns {Promise<FormSchema>}
   */
  form(lang) {
    return this.#get("form", { lang });
  }

  /**
   * A page of comments. The browser keeps it and asks with its tag, so one that has not changed
   * costs a 304; what comes back here is the page in any case.
   * @param {string} sort
   * @param {string | null} cursor
   * @returns {Promise<Page>}
   */
  page(sort, cursor) {
    return this.#get("comments", { sort, cursor });
  }

  /**
   * @param {Record<string, unknown>} fields
   * @param {string} key the same for every attempt at one text, so that it is stored once
   * @returns {Promise<Receipt>}
   */
  submit(fields, key) {
    const { url, id, title } = this.#thread;
    const thread = { url, ...(id && { id }), ...(title && { title }) };
    return this.send("POST", "comments", { thread, ...fields }, { "Idempotency-Key": key });
  }

  /**
   * @param {string} statusUrl
   * @param {string} lang
   * @returns {Promise<Status>}
   */
  status(statusUrl, lang) {
    const address = here(statusUrl);
    address.searchParams.set("lang", lang);
    return ask(address, { headers: { Accept: "application/json" } }, this.#signal);
  }

  /**
   * @param {string} method
   * @param {string} path under the site's address
   * @param {unknown} [body]
   * @param {Record<string, string>} [headers]
   * @returns {Promise<any>}
   */
  send(method, path, body, headers) {
    return ask(new URL(path, this.#site), request(method, body, headers), this.#signal);
  }

  /**
   * @param {string} path
   * @param {Record<string, string | null>} query
   */
  #get(path, query) {
    const address = new URL(path, this.#site);
    const { url, id } = this.#thread;
    for (const [name, value] of Object.entries({ thread: url, thread_id: id, ...query })) {
      if (value) address.searchParams.set(name, value);
    }
    return ask(address, {}, this.#signal);
  }
}

/**
 * @param {string} method
 * @param {unknown} body
 * @param {Record<string, string>} [headers]
 * @returns {RequestInit}
 */
export const request = (method, body, headers) => ({
  method,
  headers: { ...(body !== undefined && { "Content-Type": "application/json" }), ...headers },
  body: JSON.stringify(body),
});

/**
 * The server may know itself by another name than this page does (localhost, 127.0.0.1); the
 * page's policy allows the one that the widget came from.
 * @param {string} address
 */
export function here(address) {
  const { pathname, search } = new URL(address, BASE);
  return new URL(pathname + search, BASE);
}

/**
 * @param {URL} address
 * @param {RequestInit} init
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export async function ask(address, init, signal) {
  const timeout = new AbortController();
  const stop = () => timeout.abort();
  const timer = setTimeout(stop, TIMEOUT_MS);
  signal?.addEventListener("abort", stop);
  try {
    const response = await fetch(address, {
      ...init,
      credentials: "omit",
      cache: "no-cache",
      signal: timeout.signal,
    }).catch(unreachable);
    if (response.status === 204) return null;
    if (response.ok) {
      const answer = await response.json().catch(unreachable);
      return { ...answer, etag: response.headers.get("ETag") };
    }
    const problem = await response.json().catch(() => ({}));
    throw new Refusal(response.status, problem, Number(response.headers.get("Retry-After")) || 0);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/**
 * @param {unknown} error
 * @returns {never}
 */
function unreachable(error) {
  throw new Refusal(0, { title: String(error) }, 0);
}
