#!/usr/bin/env node
// The templates and the command are those of the command line tool of the same version.
process.argv.splice(2, 0, 'create')
require('@miniprogram-cos/cli/command')
