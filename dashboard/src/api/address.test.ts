import { describe, expect, it } from 'vitest'
import { addressOf, nextPage } from './address.ts'

describe('addressOf', () => {
  it.each([
    ['/api/v1', '/api/v1/stores'],
    ['/api/v1/', '/api/v1/stores'],
    ['', '/api/v1/stores'],
    ['http://localhost:8080', 'http://localhost:8080/api/v1/stores'],
    ['http://localhost:8080/api/v1', 'http://localhost:8080/api/v1/stores'],
    ['https://shops.example.com/tool/api/v1', 'https://shops.example.com/tool/api/v1/stores'],
  ])('part of S1-34: VITE_API_URL=%s contributes the path of the API once', (base, expected) => {
    expect(addressOf(base, '/api/v1/stores')).toBe(expected)
  })

  it('fills in and escapes path parameters, and adds a query', () => {
    expect(addressOf('', '/api/v1/stores/{name}', { name: 'a/b?' }, { limit: '50' })).toBe(
      '/api/v1/stores/a%2Fb%3F?limit=50',
    )
  })

  it('refuses a path with a missing parameter', () => {
    expect(() => addressOf('', '/api/v1/stores/{name}')).toThrow('needs name')
  })
})

describe('nextPage', () => {
  it('reads the query of rel=next', () => {
    expect(nextPage('</api/v1/stores?limit=2&cursor=abc>; rel="next"')).toEqual({
      limit: '2',
      cursor: 'abc',
    })
  })

  it.each([null, '', '</x>; rel="prev"'])('is null for %s', (link) => {
    expect(nextPage(link)).toBeNull()
  })
})
