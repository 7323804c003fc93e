exports.greeting = (name) => `你好，${name}`
