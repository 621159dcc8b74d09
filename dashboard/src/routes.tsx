import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  redirect,
} from '@tanstack/react-router'
import { platformQuery, storeQuery, storesQuery } from './api/queries.ts'
import { Frame } from './features/frame/frame.tsx'
import { lazyPage } from './features/frame/lazy-page.tsx'
import { NotFound } from './features/frame/not-found.tsx'
import { PageFault } from './features/frame/page-fault.tsx'
import { StoresPage } from './features/list/stores-page.tsx'
import { activitySearch, listSearch, signInSearch, storeSearch } from './search.ts'

interface RouterContext {
  readonly queryClient: QueryClient
}

const root = createRootRouteWithContext<RouterContext>()({
  component: Frame,
  notFoundComponent: NotFound,
})

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/stores', replace: true })
  },
})

const stores = createRoute({
  getParentRoute: () => root,
  path: '/stores',
  validateSearch: listSearch,
  // Not awaited, because the page shows its own skeleton and failure.
  loader: ({ context }) => void context.queryClient.prefetchQuery(storesQuery),
  component: StoresPage,
})

/** `/new` instead of `/stores/new`, because a store may be called `new`. */
const create = createRoute({
  getParentRoute: () => root,
  path: '/new',
  loader: ({ context }) => void context.queryClient.prefetchQuery(platformQuery),
  component: lazyPage(async () => (await import('./features/create/create-page.tsx')).CreatePage),
})

const store = createRoute({
  getParentRoute: () => root,
  path: '/stores/$name',
  validateSearch: storeSearch,
  loader: ({ context, params }) => void context.queryClient.prefetchQuery(storeQuery(params.name)),
  component: lazyPage(async () => (await import('./features/store/store-page.tsx')).StorePage),
})

const activity = createRoute({
  getParentRoute: () => root,
  path: '/activity',
  validateSearch: activitySearch,
  component: lazyPage(
    async () => (await import('./features/activity/activity-page.tsx')).ActivityPage,
  ),
})

const operation = createRoute({
  getParentRoute: () => root,
  path: '/operations/$id',
  component: lazyPage(
    async () => (await import('./features/activity/operation-page.tsx')).OperationPage,
  ),
})

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyPage(
    async () => (await import('./features/settings/settings-page.tsx')).SettingsPage,
  ),
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: signInSearch,
  component: lazyPage(
    async () => (await import('./features/frame/signed-in-page.tsx')).SignedInPage,
  ),
})

const routeTree = root.addChildren([
  ...[home, stores, create, store, activity, operation, settings],
  signIn,
])

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultErrorComponent: PageFault,
    scrollRestoration: true,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
