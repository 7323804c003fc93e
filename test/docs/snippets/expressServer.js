const express = require('express')
const { nodeListener } = require('@miniprogram-cos/server')
const { handler } = require('./keyServer')
const { login } = require('./login')

const app = express()
app.post('/login', nodeListener(login))
// In front of express.json(): the handler reads the body itself.
app.use('/cos', nodeListener(handler))
app.use(express.json())

module.exports = app.listen(Number(process.env.PORT))
