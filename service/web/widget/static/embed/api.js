// @ts-check
/*
 * What the widget asks of the server, and what can go wrong on the way. Nothing else fetches.
 */

/** @typedef {{ name: string, label: string, type: string, required: boolean, max_length: number, autocomplete: string }} Field */
/** @typedef {{ fields: Field[], heading: string, note: string, submit_label: string, honeypot: string, token: string, closed: boolean }} FormSchema */
/** @typedef {{ id: string, parent_id: string | null, depth: number, author_name: string, author_url: string | null, avatar: string, content_html: string, created_at: string, removed: boolean }} Comment */
/** @typedef {{ total: number, comments: Comment[], next: string | null, closed: boolean }} Page */
/** @typedef {{ id: string, state: string, status_url: string }} Receipt */
/** @typedef {{ url: string, id: string | null, title: string | null }} Thread */
/** @typedef {{ pointer: string, code: string, message: string }} FieldProblem */

/** Where this module came from is where the server is, also under a path of a larger site. */
export const BASE = new URL("../", import.meta.url);

const TIMEOUT_MS = 20_000;

/** The server answered, and said no. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {{ type?: string, detail?: string, title?: string, errors?: FieldProblem[] }} problem RFC 9457
   * @param {number} retryAfterSeconds 0 where the server named no time
   */
  constructor(status, problem, retryAfterSeconds) {
    super(problem.detail || problem.title || `HTTP ${status}`);
    this.status = status;
    this.type = problem.type ?? "";
    this.errors = problem.errors ?? [];
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** No answer came: offline, a firewall, a timeout. Whether the server saw the request is unknown. */
export class Unreachable extends Error {}

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
    this.#site = new URL(`v1/sites/${encodeURIComponent(site)}/`, BASE);
    this.#thread = thread;
    this.#signal = signal;
  }

  /**
   * @param {string} lang
   * @returns {Promise<FormSchema>}
   */
  form(lang) {
    return this.#ask(this.#address("form", { lang }));
  }

  /**
   * @param {string} sort
   * @param {string | null} cursor
   * @returns {Promise<Page>}
   */
  page(sort, cursor) {
    return this.#ask(this.#address("comments", { sort, cursor }));
  }

  /**
   * @param {Record<string, unknown>} fields
   * @param {string} key the same for every attempt at one text, so that it is stored once
   * @returns {Promise<Receipt>}
   */
  submit(fields, key) {
    const { url, id, title } = this.#thread;
    const thread = { url, ...(id && { id }), ...(title && { title }) };
    return this.#ask(new URL("comments", this.#site), {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify({ thread, ...fields }),
    });
  }

  /**
   * @param {string} statusUrl
   * @returns {Promise<{ id: string, state: string }>}
   */
  status(statusUrl) {
    // The server may know itself by another name than this page does (localhost, 127.0.0.1);
    // the page's policy allows the one that the widget came from.
    const { pathname, search } = new URL(statusUrl, BASE);
    return this.#ask(new URL(pathname + search, BASE));
  }

  /**
   * @param {string} path
   * @param {Record<string, string | null>} query
   */
  #address(path, query) {
    const address = new URL(path, this.#site);
    address.searchParams.set("thread", this.#thread.url);
    for (const [name, value] of Object.entries({ thread_id: this.#thread.id, ...query })) {
      if (value) address.searchParams.set(name, value);
    }
    return address;
  }

  /**
   * @param {URL} address
   * @param {RequestInit} [init]
   * @returns {Promise<any>}
   */
  async #ask(address, init = {}) {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), TIMEOUT_MS);
    const stop = () => timeout.abort();
    this.#signal.addEventListener("abort", stop);
    try {
      const response = await fetch(address, {
        ...init,
        credentials: "omit",
        signal: timeout.signal,
      }).catch(unreachable);
      if (response.ok) return await response.json().catch(unreachable);
      const problem = await response.json().catch(() => ({}));
      throw new Refusal(response.status, problem, Number(response.headers.get("Retry-After")) || 0);
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener("abort", stop);
    }
  }
}

/**
 * @param {unknown} error
 * @returns {never}
 */
function unreachable(error) {
  throw new Unreachable(String(error));
}
