const { greeting } = require('greetings')

exports.main = async (event) => ({ text: greeting(event.name), openid: process.env.WX_OPENID })
