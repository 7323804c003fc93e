/**
 * Stands in for Node's crypto, which crypto-js looks for to make random numbers. Nothing here needs
 * any, and a phone has no such module.
 */
export {}
