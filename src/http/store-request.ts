import type { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { OfTeam } from '../contract/store-query.ts'
import { compact } from '../domain/compact.ts'
import { StoreError } from '../domain/errors.ts'
import type { StoreRequest } from '../operations/changing/change-store.ts'
import type { AppEnv } from './env.ts'
import { idempotencyOf } from './requester.ts'

interface Said {
  readonly reason?: string | undefined
  readonly ticket?: string | undefined
}

/** Combines the store, the expected version and the reason into one request. */
export function requestOf(
  c: Context<AppEnv>,
  query: z.output<typeof OfTeam>,
  name: string,
  { reason, ticket }: Said,
): StoreRequest {
  const team = teamOf(query)
  const ifMatch = c.req.header('If-Match')
  return {
    name,
    ...compact({ team, ifMatch, reason, ticket }),
  }
}

/** @throws StoreError `invalid_request` for a malformed Idempotency-Key */
export async function optionsOf(c: Context<AppEnv>, body: unknown) {
  const idempotency = await idempotencyOf(c, body)
  return idempotency === undefined ? {} : { idempotency }
}

/**
 * @throws StoreError `invalid_request` if a mass deletion has no reason, which the history needs
 */
export function requireReason({
  reason,
  allowMassDelete,
}: {
  readonly reason?: string | undefined
  readonly allowMassDelete?: number | undefined
}): void {
  if (allowMassDelete === undefined || (reason ?? '').length >= 10) return
  throw new StoreError('invalid_request', 'a mass deletion needs a reason', {
    errors: [{ pointer: '#/reason', detail: 'at least 10 characters' }],
  })
}

/**
 * Team from `?team=` or its alias `?namespace=`.
 * @throws StoreError `invalid_query` if both are given and differ
 */
export function teamOf(query: { team?: string | undefined; namespace?: string | undefined }) {
  const { team, namespace } = query
  if (team !== undefined && namespace !== undefined && team !== namespace) {
    throw new StoreError(
      'invalid_query',
      'team and namespace are two names of one parameter, but their values differ',
      {
        errors: [{ pointer: '#/namespace', detail: 'differs from team' }],
      },
    )
  }
  return team ?? namespace
}
