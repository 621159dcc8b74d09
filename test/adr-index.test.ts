import { describe, expect, it } from 'vitest'
import { indexText, readIndex, readRecords, recordProblems } from '../scripts/adr-index.ts'

const NAME = '0001-keep-all-state-in-git.md'
const RECORD = `# 0001 Keep all state in Git

Status: Accepted

## Rejected

A database, see [the writer](../git-writer.md#batching) and [Git](https://git-scm.com).
`

describe('docs/adr', () => {
  it('has the index that its records give (else: npm run adr)', () => {
    expect(readIndex()).toBe(indexText(readRecords()))
  })

  it('S2-43 holds decisions with a status and a rejected alternative, whose links resolve', () => {
    const records = readRecords()
    expect(records.size).toBeGreaterThan(50)
    expect(recordProblems(records)).toEqual([])
  })
})

describe('recordProblems', () => {
  it('accepts a record, and one that another record supersedes', () => {
    const records = new Map([
      [NAME, RECORD.replace('Accepted', 'Superseded by 0002')],
      [
        '0002-use-gits-branch.md',
        RECORD.replace('0001 Keep all state in Git', "0002 Use Git's branch"),
      ],
    ])
    expect(recordProblems(records)).toEqual([])
    expect(indexText(records)).toContain(
      `| 0001 | [Keep all state in Git](${NAME}) | Superseded by 0002 |\n`,
    )
  })

  it.each<[string, string, string]>([
    ['no number', RECORD.replace('# 0001', '#'), 'line 1 is not "# NNNN Title"'],
    [
      'no status',
      RECORD.replace('Status: Accepted\n\n', ''),
      'line 3 is not "Status: Accepted" or "Status: Superseded by NNNN"',
    ],
    [
      'another status',
      RECORD.replace('Accepted', 'accepted'),
      'line 3 is not "Status: Accepted" or "Status: Superseded by NNNN"',
    ],
    [
      'another title than its file name',
      RECORD.replace('all state', 'state'),
      'is not named 0001-keep-state-in-git.md',
    ],
    [
      'an unknown successor',
      RECORD.replace('Accepted', 'Superseded by 0009'),
      'has no successor 0009',
    ],
    [
      'no rejected alternative',
      RECORD.replace('## Rejected', '## More'),
      'has no section "## Rejected"',
    ],
    ['41 lines', RECORD + 'A line.\n'.repeat(34), 'has 41 lines, at most 40 are allowed'],
    [
      'a broken link',
      RECORD.replace('../git-writer.md', '../none.md'),
      'links to ../none.md, which does not exist',
    ],
  ])('reports a record with %s', (_, text, problem) => {
    expect(recordProblems(new Map([[NAME, text]]))).toEqual([`${NAME}: ${problem}`])
  })

  it('reports two records with one number', () => {
    const other = RECORD.replace('Keep', 'Store')
    const records = new Map([
      [NAME, RECORD],
      ['0001-store-all-state-in-git.md', other],
    ])
    expect(recordProblems(records)).toEqual([
      `${NAME}: shares the number 0001`,
      '0001-store-all-state-in-git.md: shares the number 0001',
    ])
  })
})
