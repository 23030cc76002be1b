// @ts-check
/*
 * Proof of work by ALTCHA's scheme: the number whose SHA-256, after the salt, is the challenge. Loads
 * only when the server asks for it.
 *
 * The hash is written out here rather than asked of `crypto.subtle`, which pages without https do
 * not have and which takes several times as long for one short text. It runs in slices between
 * which the page answers its reader; a worker of another origin, no page's policy has to allow.
 */

/** @typedef {import("./api.js").Challenge} Challenge */

const SLICE_MS = 12;

/**
 * @param {Challenge} challenge
 * @returns {Promise<string>} what the submission carries, in base64
 */
export async function solve({ algorithm, challenge, salt, signature, maxnumber }) {
  if (algorithm !== "SHA-256") throw new Error(`No way to prove work by ${algorithm}`);
  const wanted = parseInt(challenge.slice(0, 8), 16) | 0;
  let number = 0;
  while (number <= maxnumber) {
    const until = performance.now() + SLICE_MS;
    do {
      // Only every four thousand millionth has the first word, so nearly none is written out.
      if (digest(salt + number)[0] === wanted && sha256(salt + number) === challenge) {
        return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
      }
      number++;
    } while (number <= maxnumber && (number % 64 || performance.now() < until));
    await breath();
  }
  throw new Error("The task has no solution");
}

/** Lets the page do what it has to. Timers would be slowed down to 4 ms; a message is not. */
function breath() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(0);
  });
}

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes, and of the
// square roots of the first 8 (FIPS 180-4, 4.2.2 and 5.3.3).
const K = new Int32Array(64);
const H = new Int32Array(8);
for (let prime = 2, found = 0; found < 64; prime++) {
  let divisor = 2;
  while (divisor * divisor <= prime && prime % divisor) divisor++;
  if (divisor * divisor <= prime) continue;
  if (found < 8) H[found] = fraction(Math.sqrt(prime));
  K[found++] = fraction(Math.cbrt(prime));
}

/** @param {number} root */
function fraction(root) {
  return ((root - Math.floor(root)) * 2 ** 32) | 0;
}

const W = new Int32Array(64);
const state = new Int32Array(8);

/**
 * SHA-256 of an ASCII text in hexadecimal digits.
 * @param {string} text
 */
export function sha256(text) {
  return [...digest(text)].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

/**
 * SHA-256 of an ASCII text as eight words (FIPS 180-4, 6.2), until the next call.
 * @param {string} text
 */
function digest(text) {
  const length = text.length;
  const blocks = (length + 72) >> 6;
  state.set(H);
  for (let block = 0; block < blocks; block++) {
    for (let t = 0; t < 16; t++) {
      let word = 0;
      for (let at = block * 64 + t * 4, end = at + 4; at < end; at++) {
        word = (word << 8) | (at < length ? text.charCodeAt(at) : at === length ? 0x80 : 0);
      }
      W[t] = word;
    }
    if (block === blocks - 1) W[15] = length * 8;
    for (let t = 16; t < 64; t++) {
      const x = w(t - 15);
      const y = w(t - 2);
      W[t] =
        (rotated(y, 17) ^ rotated(y, 19) ^ (y >>> 10)) + w(t - 7) + (rotated(x, 7) ^ rotated(x, 18) ^ (x >>> 3)) + w(t - 16);
    }
    let [a, b, c, d, e, f, g, h] = /** @type {[number, number, number, number, number, number, number, number]} */ (
      /** @type {unknown} */ (state)
    );
    for (let t = 0; t < 64; t++) {
      const one =
        (h + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + ((e & f) ^ (~e & g)) + /** @type {number} */ (K[t]) + w(t)) | 0;
      const two = ((rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    add(0, a);
    add(1, b);
    add(2, c);
    add(3, d);
    add(4, e);
    add(5, f);
    add(6, g);
    add(7, h);
  }
  return state;
}

/**
 * @param {number} at
 * @param {number} word
 */
function add(at, word) {
  state[at] = word + /** @type {number} */ (state[at]);
}

/** @param {number} t */
function w(t) {
  return /** @type {number} */ (W[t]);
}

/**
 * @param {number} word
 * @param {number} by
 */
function rotated(word, by) {
  return (word >>> by) | (word << (32 - by));
}
