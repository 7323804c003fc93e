import { Buckets } from './buckets'
import { Engine } from './engine'
import { Objects } from './objects'
import { Uploads } from './uploads'

/** All that the local COS keeps. */
export class Store {
  readonly engine: Engine
  readonly buckets: Buckets
  readonly objects: Objects
  readonly uploads: Uploads

  private constructor(engine: Engine) {
    this.engine = engine
    this.buckets = new Buckets(engine)
    this.objects = new Objects(engine, this.buckets)
    this.uploads = new Uploads(engine, this.objects, this.buckets)
  }

  /** Opens the store in a folder, making it if need be; without one it lives in memory. */
  static async open(folder?: string): Promise<Store> {
    const store = new Store(await (folder ? Engine.open(folder) : Engine.openInMemory()))
    await store.buckets.load()
    return store
  }

  /** Removes everything, buckets too. Not to be called while requests are under way. */
  async clear(): Promise<void> {
    await this.engine.clear()
    await this.buckets.load()
  }

  close(): Promise<void> {
    return this.engine.close()
  }
}
