const { createServer } = require('node:http')
const { Hono } = require('hono')
const { nodeListener } = require('@miniprogram-cos/server')
const { handler } = require('./keyServer')
const { login } = require('./login')

const app = new Hono()
app.post('/login', (c) => login(c.req.raw))
app.post('/cos/:function', (c) => handler(c.req.raw))

// On Node; @hono/node-server, Deno and Bun serve app.fetch as well.
const listener = nodeListener(async (request) => app.fetch(request))
module.exports = createServer(listener).listen(Number(process.env.PORT))
