import type { ProblemPage } from './problem-pages.ts'

/** Problems of a request itself: its form, its sender, its rate. */
export const requestPages = {
  invalid_json: {
    means:
      'The body could not be read as one JSON object. It must be UTF-8 and nested at most 32 deep.',
    steps: [
      'Check the body with a JSON parser. A trailing comma and single quotes are the usual causes.',
      'Send one object, not a list.',
    ],
  },
  invalid_request: {
    means:
      'The body is JSON, but does not fit the operation. `errors` lists each wrong member with its location. Unknown members are refused too, because a misspelled one would be ignored.',
    steps: [
      'Correct each member that `errors` names.',
      'Compare the body with the operation in `/openapi.json`.',
    ],
  },
  invalid_query: {
    means: 'A parameter of the URL is unknown, malformed or outside its bounds.',
    steps: ['Correct each parameter that `errors` names. `/openapi.json` lists them.'],
  },
  password_not_accepted: {
    means:
      'The request holds a password. Passwords of shops are made in the cluster and never pass this API, because they would end up in Git or in logs.',
    steps: [
      'Leave the password out.',
      'Read the password of the shop administrator with the `kubectl` command that the dashboard shows for the store.',
    ],
  },
  unauthenticated: {
    means:
      'The server asks who sends a request, and this one has no token and no session, or one that is unknown, revoked or expired.',
    steps: [
      'In a browser, sign in again. Anything that was typed stays on the page.',
      'Send `Authorization: Bearer <token>`. For storectl, set `STORECTL_TOKEN` or `STORECTL_TOKEN_FILE`.',
      'Without a token, ask an administrator, who makes one with `storectl token create`.',
      'Git sends the token as the password, with any user name.',
    ],
  },
  login_failed: {
    means:
      'A sign-in at the identity provider did not end well. `reason` says how: `expired` took longer than ten minutes or was begun in another browser, `denied` was cancelled, `rejected` was refused or answered wrongly, `unavailable` got no answer.',
    steps: [
      'Begin again with "Sign in" on the dashboard.',
      'For `rejected`, compare the redirect address at the provider with `PUBLIC_URL/auth/callback`, and the client id and secret with `OIDC_CLIENT_ID` and `OIDC_CLIENT_SECRET`.',
      'For `unavailable`, check that the server reaches `OIDC_ISSUER`.',
    ],
  },
  exchange_refused: {
    means:
      'The ID token was not accepted, or no entry of `ciBindings` is for its job. `detail` names what did not match, and `reason` says it in one word. Each token is accepted once, and for 15 minutes after it was made.',
    steps: [
      'For `audience`, ask for a token with the audience that `detail` names: `PUBLIC_URL` for a CI job, `OIDC_CLI_CLIENT_ID` for a person.',
      'For `binding`, compare `ciBindings` in `storewright.yaml` with the token of the job: the numeric ids of repository and owner, the environment and the full name of the branch or tag.',
      'For `time` or `used`, ask for a new token just before the exchange. If that does not help, compare the clocks.',
      'For `signature` or `issuer`, check that the token comes from the CI system that `ciBindings` names.',
    ],
  },
  issuer_unavailable: {
    means:
      'The server could not read the keys of the issuer, so it cannot tell whether the token is genuine. Access tokens that were given before keep working until they end.',
    steps: [
      'Try again after the seconds in `Retry-After`.',
      'Check that the server reaches `/.well-known/openid-configuration` of the issuer. Its log says what failed.',
      'If the certificate of the issuer comes from a private authority, give Node.js that authority.',
    ],
  },
  forbidden: {
    means:
      'The sender is known, but does not have the permission for this operation on this team. `detail` names the permission.',
    steps: [
      'Run `storectl whoami` to see what the token may do, and on which teams.',
      'Ask an administrator for a token with that role. Roles are viewer, operator, owner and admin.',
    ],
  },
  too_many_attempts: {
    means:
      'This address sent ten wrong tokens within a minute and is refused until the minute ends. Or ten wrong tokens with the same id came from any address, so only the right one is accepted until then.',
    steps: [
      'Wait for the seconds in `Retry-After`.',
      'Look for a program with an old token. The log of the server names the address.',
    ],
  },
  rate_limited: {
    means:
      'This identity or this address sent more requests in the window than the server allows, or all identities together created too many stores. `violated-policies` says which limit.',
    steps: [
      'Wait for the seconds in `Retry-After`. The headers `RateLimit` and `RateLimit-Policy` say how many requests are left.',
      'An administrator can raise `RATE_LIMIT`, `RATE_LIMIT_READ`, `RATE_LIMIT_CREATES` or `RATE_LIMIT_ADDRESS`, or change `RATE_WINDOW`. 0 switches a limit off.',
      'If everyone behind a proxy is refused, set `TRUSTED_PROXIES` to the addresses of the proxy.',
    ],
  },
  host_rejected: {
    means:
      'The request names a host that this server does not answer. This protects against web pages that point a name of their own at the server (DNS rebinding).',
    steps: [
      'Without `TOKENS_FILE` and `OIDC_ISSUER`, use `localhost`, `127.0.0.1` or `[::1]`.',
      'With one of them, set `PUBLIC_URL` to the address that clients use, and let a proxy pass the original `Host`.',
    ],
  },
  csrf_rejected: {
    means:
      'A browser sent a write from another site. Only pages of this server may write through the browser of a user.',
    steps: [
      'Use the dashboard at the address of the server.',
      'Programs outside a browser send neither `Origin` nor `Sec-Fetch-Site`, and are not affected.',
    ],
  },
  route_not_found: {
    means: 'There is no such path in this version.',
    steps: ['Look the path up in `/docs`. All operations begin with `/api/v1`.'],
  },
  method_not_allowed: {
    means: 'The path exists, but not with this method.',
    steps: ['Use one of the methods in the header `Allow` of the answer.'],
  },
  body_too_large: {
    means: 'The body exceeds 64 KiB.',
    steps: ['Send less. No store needs a body of this size.'],
  },
  unsupported_media_type: {
    means: 'The body must be uncompressed JSON.',
    steps: ['Send `Content-Type: application/json`, without `Content-Encoding`.'],
  },
  idempotency_in_flight: {
    means:
      'A request with the same `Idempotency-Key` is still running. Two of them are never processed at once.',
    steps: ['Wait for the answer of the first request. Then the key returns that answer again.'],
  },
  idempotency_key_reused: {
    means: 'The `Idempotency-Key` was used for another request in the last 24 hours.',
    steps: ['Use a new key for each request, and the same key only to repeat it.'],
  },
  precondition_failed: {
    means:
      'The store changed after the version that the request names in `If-Match`. Nothing was written, so that the other change is not lost.',
    steps: [
      'Read the store again. `storectl history NAME` shows who changed it.',
      'Decide whether your change still makes sense, and send it with the new `ETag`.',
    ],
  },
  precondition_required: {
    means: 'A change of a store must name the version that it was made for.',
    steps: [
      'Send the `ETag` of the store as `If-Match`.',
      'Send `If-Match: *` to change any version.',
      'An administrator can switch the rule off with `REQUIRE_IF_MATCH=false`.',
    ],
  },
  too_many_streams: {
    means: 'Too many event streams are open: 10 of one identity, or 200 in total.',
    steps: [
      'Close tabs of the dashboard or programs that listen.',
      'Read `GET /api/v1/snapshot` from time to time instead.',
    ],
  },
  internal: {
    means: 'The server has a bug. Nothing that it acknowledged is lost.',
    steps: [
      'Report it with the request id, which is in `instance` and in the log of the server.',
      'Repeat a write with the same `Idempotency-Key`; it is written once.',
    ],
  },
  not_ready: {
    means: 'The server is starting and loads the stores repo. Thousands of stores take seconds.',
    steps: ['Try again after the seconds in `Retry-After`. `/readyz` says when it is ready.'],
  },
  shutting_down: {
    means: 'The server is stopping. Nothing of this request was written.',
    steps: ['Send the request again, to the next server.'],
  },
} as const satisfies Record<string, ProblemPage>
