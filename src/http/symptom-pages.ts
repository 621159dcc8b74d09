import type { ProblemPage } from './problem-pages.ts'

/** Pages for what operators see and search for, by their names in the URL. */
export const symptomPages: Readonly<Record<string, ProblemPage & { readonly title: string }>> = {
  'stuck-in-provisioning': {
    title: 'A store stays in Provisioning for more than five minutes',
    means:
      'The commit is in Git, and something after it waits. `reason` and `message` of the store say what: an image that cannot be pulled, a volume that is not bound, a quota, a failed init Job, an Ingress without an address, or an Argo CD that has not looked at the commit.',
    steps: [
      'Run `storectl get NAME -o wide` and read the reason.',
      'For a failed init Job, read its log in Argo CD, then run `storectl retry NAME --what init`.',
      'For an image, make sure that the release in platform.yaml names real digests: `storectl release resolve`.',
      'If the change stays Committed, set `ARGOCD_WEBHOOK_URLS`, so that Argo CD looks at once.',
    ],
  },
  'namespace-stuck-in-terminating': {
    title: 'A namespace stays in Terminating',
    means:
      'A purge deletes the Application, and Kubernetes waits for an object with a finalizer. The store stays in Git until the cluster confirms that everything is gone.',
    steps: [
      'Open the Application in Argo CD; it lists what is left.',
      'Run `kubectl get namespace store-NAME -o yaml` and read its conditions, which name the blocking kind.',
      'Remove the cause of the finalizer, not the finalizer itself, unless its controller is gone.',
    ],
  },
  'cannot-create-stores': {
    title: 'The API cannot create stores',
    means:
      'The server creates nothing in a cluster, so it needs no rights there. It needs the right to push to one branch of the stores repo.',
    steps: [
      'Run `storectl doctor` and look at the check `git_write`.',
      'For `git_auth`, renew `GIT_TOKEN`. For `policy_rejected`, let the server push to the branch.',
    ],
  },
  'dashboard-cannot-connect': {
    title: 'The dashboard cannot connect to the API',
    means:
      'The dashboard is served by the API itself and talks to its own origin. Another origin is not allowed.',
    steps: [
      'Open the address that the server prints at its start.',
      'Behind a proxy, set `PUBLIC_URL` to the address that people open.',
      'With `TOKENS_FILE` this version of the dashboard cannot sign in. Use storectl with a token.',
    ],
  },
  'too-many-requests': {
    title: 'Status 429',
    means:
      'Too many requests of this identity, too many wrong tokens from this address, or too many open event streams. `code` says which.',
    steps: [
      'Wait for the seconds in `Retry-After`.',
      'Then see the page of the code: `rate_limited`, `too_many_attempts` or `too_many_streams`.',
    ],
  },
  'installation-of-a-shop-fails': {
    title: 'The installation of a shop fails',
    means:
      'WordPress and WooCommerce are installed by a Job in the namespace of the store. It runs again until it succeeds, and the phase of the store is Degraded meanwhile.',
    steps: [
      'Read the log of the Job `wp-init` in Argo CD or with `kubectl logs`.',
      'After the cause is gone, run `storectl retry NAME --what init`.',
    ],
  },
  'database-password-wrong': {
    title: 'The database password is wrong after a store was created again',
    means:
      'This cannot happen: at every start, the database takes the password from the Secret of the store, also over a volume that was kept.',
    steps: [
      'If a shop shows "Error establishing a database connection", look at the pod of MariaDB first.',
      'To change the password, run `storectl retry NAME --what credentials`.',
    ],
  },
}
