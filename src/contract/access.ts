import { z } from 'zod'
import { scopes } from './paths.ts'

/** Who the sender of a request is, and what they may do. */
export const Me = z
  .object({
    /** Opaque; `token:<id>` for a token, `oidc:<digest>` for a person, `ci:<issuer>/<repository>/<run>` for a CI job. It is written into commits as `Requested-By`. */
    subject: z.string(),
    /** `local`: no authentication is configured, so everyone on this machine may do everything. */
    kind: z.enum(['local', 'token', 'oidc', 'ci']),
    /** Of a person, for display only. */
    name: z.string().optional(),
    /**
     * Groups of a person that give a role, or, if none does, at most 20 of those that the identity
     * provider sent.
     */
    groups: z.array(z.string()).optional(),
    /** True: the identity provider did not send the groups, because there are too many of them. */
    hasMoreGroups: z.boolean().optional(),
    /** Scopes by team; `*` stands for every team. */
    permissions: z.record(z.string(), z.array(z.enum(scopes))),
    /** RFC 3339 UTC; absent if it does not end. */
    expiresAt: z.string().optional(),
  })
  .meta({ id: 'Me' })
export type Me = z.infer<typeof Me>

/** A token of `TOKENS_FILE`, without the token and its hash. */
export const TokenInfo = z
  .object({
    id: z.string(),
    /** `*`: every team. */
    team: z.string(),
    scopes: z.array(z.enum(scopes)),
    createdAt: z.string(),
    expiresAt: z.string(),
    /** Last request with this token that this server answered; `null`: none since its start. */
    lastUsedAt: z.string().nullable(),
  })
  .meta({ id: 'TokenInfo' })
export type TokenInfo = z.infer<typeof TokenInfo>

/** One setting of the server and where its value comes from. */
export const EffectiveSetting = z
  .object({
    /** Name of the environment variable. */
    name: z.string(),
    /** As text; `***` for a secret that is set, empty if nothing is set. */
    value: z.string(),
    source: z.enum(['flag', 'environment', 'file', 'default']),
  })
  .meta({ id: 'EffectiveSetting' })
export type EffectiveSetting = z.infer<typeof EffectiveSetting>
