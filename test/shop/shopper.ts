import { expect } from 'vitest'
import { exchange, type Reply, type Site, statusOf } from './web.ts'

const API = '/wp-json/wc/store/v1'
export const SAMPLE_SKU = 'storewright-sample'

interface Product {
  readonly id: number
  readonly name: string
  readonly sku: string
  /** `price` in cents. */
  readonly prices: { readonly price: string; readonly currency_code: string }
}

/** A placed order. With its key and e-mail a guest can read it again. */
export interface Order {
  readonly id: number
  readonly key: string
  readonly email: string
}

interface OrderReply {
  readonly order_id: number
  readonly order_key: string
  readonly status: string
}

/**
 * Only 200 means that the shop sells. 302 = no WordPress, 404 = no WooCommerce, 500 = no database.
 */
export async function sells(site: Site): Promise<boolean> {
  return (await statusOf(site, '/?rest_route=/wc/store/v1/products&per_page=1')) === 200
}

export async function productsBySku(site: Site, sku: string): Promise<readonly Product[]> {
  const reply = await exchange(site, `${API}/products?sku=${sku}`)
  expect(reply.status).toBe(200)
  return JSON.parse(reply.text) as Product[]
}

/** Buys the sample product with cash on delivery, by the three calls of the block checkout. */
export async function placeOrder(site: Site): Promise<Order> {
  const [product] = await productsBySku(site, SAMPLE_SKU)
  const cart = await exchange(site, `${API}/cart`)
  expect(cart.status).toBe(200)
  const token = String(cart.headers['cart-token'])
  const filled = await post(site, `${API}/cart/add-item`, token, { id: product?.id, quantity: 1 })
  expect([filled.status, totalOf(filled)]).toEqual([201, '1999'])
  const email = 'grace@example.com'
  const address = {
    first_name: 'Grace',
    last_name: 'Hopper',
    address_1: '1 Navy Yard',
    city: 'New York',
    state: 'NY',
    postcode: '10001',
    country: 'US',
    phone: '5550100',
    email,
  }
  const placed = await post(site, `${API}/checkout`, token, {
    billing_address: address,
    shipping_address: address,
    payment_method: 'cod',
  })
  expect([placed.status, placed.status === 200 ? '' : placed.text]).toEqual([200, ''])
  const { order_id: id, order_key: key, status } = JSON.parse(placed.text) as OrderReply
  expect(status).toBe('processing')
  return { id, key, email }
}

/** Status and total in cents of an order, as its buyer sees it. */
export async function readOrder(site: Site, order: Order): Promise<string> {
  const query = `key=${order.key}&billing_email=${encodeURIComponent(order.email)}`
  const reply = await exchange(site, `${API}/order/${order.id}?${query}`)
  expect([reply.status, reply.status === 200 ? '' : reply.text]).toEqual([200, ''])
  const { status } = JSON.parse(reply.text) as OrderReply
  return `${status} ${totalOf(reply)}`
}

/** Result of `readOrder` for an order of `placeOrder`. */
export const PLACED = 'processing 1999'

function post(site: Site, path: string, token: string, body: unknown): Promise<Reply> {
  return exchange(site, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'cart-token': token },
    body: JSON.stringify(body),
  })
}

function totalOf(reply: Reply): string {
  return (JSON.parse(reply.text) as { totals: { total_price: string } }).totals.total_price
}
