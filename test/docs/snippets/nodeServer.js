const { createServer } = require('node:http')
const { nodeListener } = require('@miniprogram-cos/server')
const { handler } = require('./keyServer')
const { login } = require('./login')

const isLogin = ({ url, method }) => method === 'POST' && new URL(url).pathname === '/login'
const listener = nodeListener((request) => (isLogin(request) ? login(request) : handler(request)))

module.exports = createServer(listener).listen(Number(process.env.PORT))
