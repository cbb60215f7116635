/** A file that is stored, whole and for good. */
export interface FileInfo {
  /** The SHA-256 of its bytes in lower-case hexadecimal digits. */
  readonly id: string;
  /** The name that it was first uploaded with. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
}

/**
 * Why bytes were not taken: the file would be larger than one may be, or all of them together; the disk is full; the system
 * opens no more files for now; or somebody has removed what was written, such as an instance that took it for left over.
 */
export type Refusal = 'file-limit' | 'quota' | 'disk-full' | 'too-many-open' | 'removed';

/** A file that is being written. Nobody sees it, and nothing of it stays, unless it is committed. */
export interface Upload {
  /**
   * Adds bytes behind those that are there; resolves when the operating system has them, and with a reason where they do not
   * fit. After that, the upload can only be discarded.
   */
  write(chunks: readonly Uint8Array[]): Promise<Refusal | undefined>;
  /** Makes it a file under its name; resolves when it is on disk, whatever may crash afterwards. */
  commit(name: string): Promise<FileInfo | Refusal>;
  /** Removes what was written, later if not now; does nothing after a commit. Never rejects. */
  discard(): Promise<void>;
}

/** A stored file that is open to be read; whoever opened it closes it. */
export interface OpenFile extends FileInfo {
  /** Its bytes from an offset on, in pieces, each read when the one before has been taken. */
  read(offset: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** Keeps files by the hash of their bytes: those with the same bytes are one. Their names are data, and never paths. */
export interface FileStore {
  begin(): Promise<Upload | Refusal>;
  /** Undefined where there is no file of this id, whatever text it is. */
  open(id: string): Promise<OpenFile | 'too-many-open' | undefined>;
  /** Resolves when every upload that was begun is a file or is gone. */
  close(): Promise<void>;
}
