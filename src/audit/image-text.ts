/** Whether the text names a version of an image: a tag or a digest. */
export function hasTagOrDigest(image: string): boolean {
  return image.includes('@') || image.slice(image.lastIndexOf('/') + 1).includes(':');
}
