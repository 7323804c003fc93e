import { api, WxError } from '../../callbacks'
import { deviceProfile } from '../../deviceProfile'
import { settings } from '../settings'
import { API_NAMES } from './apiNames'

const documented = new Set(API_NAMES)
const reported = new Set<string>()

/** Names the side that lacks the call: the client of WeChat that the phone imitates, or the preview. */
function lacking(name: string): string {
  const { missing, platform } = deviceProfile(settings.device)
  return missing.includes(name) ? `WeChat for ${platform}` : 'the preview'
}

function report(name: string): void {
  const what = name.startsWith('plugin ') ? `the ${name}` : `wx.${name}`
  if (!reported.has(name)) console.warn(`${what} is not in ${lacking(name)}`)
  reported.add(name)
}

/**
 * Makes unsupported calls fail with their name. What WeChat does not have either stays
 * undefined, so that apps can test for it.
 */
export function withMissingApi<Wx extends object>(wx: Wx): Wx {
  const missing = new Map<string, unknown>()
  return new Proxy(wx, {
    get(target, name) {
      if (name in target || typeof name !== 'string' || !documented.has(name)) {
        return Reflect.get(target, name)
      }
      if (!missing.has(name)) missing.set(name, missingCall(name))
      return missing.get(name)
    },
  })
}

/** `wx.canIUse` for a schema such as `getSystemInfo.return.theme` or `button.open-type`. */
export function canIUse(wx: object, schema: string): boolean {
  const [name = ''] = schema.split('.')
  return name in wx || customElements.get(`wx-${name}`) !== undefined
}

/** `requirePlugin`: what a plugin exports does nothing and says so. */
export function requirePlugin(name: string): unknown {
  if (!reported.has(name)) console.warn(`the plugin ${name} is not in the preview`)
  reported.add(name)
  return inertObject(`plugin ${name}`)
}

function missingCall(name: string): unknown {
  // Listeners are never called and objects do nothing, so the app continues without them.
  if (/^(?:on|off)[A-Z]/.test(name)) return () => report(name)
  if (/^(?:create|get\w+(?:Manager|Context|System)$)/.test(name)) {
    return () => {
      report(name)
      return inertObject(`${name}()`)
    }
  }
  if (name.endsWith('Sync')) {
    return () => {
      report(name)
      return {}
    }
  }
  return api(name, () => {
    report(name)
    throw new WxError(`${name}:fail not supported by ${lacking(name)}`)
  })
}

/** An object whose methods, at any depth, report themselves and do nothing. */
function inertObject(name: string): unknown {
  // A function that may be called, constructed and extended.
  return new Proxy(function Inert() {}, {
    get(target, property) {
      if (property === 'prototype') return target.prototype
      // Not a promise: `await` of it must end.
      if (typeof property !== 'string' || property === 'then') return undefined
      if (property === 'toString' || property === 'valueOf') return () => ''
      return inertObject(`${name}.${property}`)
    },
    apply() {
      report(name)
      return inertObject(`${name}()`)
    },
  })
}
