/*
 * Makes a small square picture of an image file, as a data URL that fits into a contact. What is no picture gives null.
 */
const size = 256
/** Of the data URL, as the contract of contacts has it. */
const longest = 200_000

export async function avatarOf(file: Blob): Promise<string | null> {
  let image: ImageBitmap
  try {
    image = await createImageBitmap(file)
  } catch {
    return null
  }
  const canvas = document.createElement('canvas')
  const side = Math.min(image.width, image.height)
  const to = Math.min(size, side)
  canvas.width = canvas.height = to
  const context = canvas.getContext('2d')
  if (!context) return null
  context.imageSmoothingQuality = 'high'
  context.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, to, to)
  image.close()
  for (const quality of [0.85, 0.6]) {
    const url = canvas.toDataURL('image/webp', quality)
    if (url.length <= longest) return url
  }
  return null
}
