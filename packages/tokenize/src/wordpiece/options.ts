/** What BERT does to a text before it is cut (Devlin et al. 2019, tokenization.py). */
export interface BertOptions {
  /** Control characters are taken out. Default true. */
  cleanText?: boolean
  /** Every Chinese character is a word of its own. Default true. */
  handleChineseChars?: boolean
  /** Accents are taken off. Default: as `lowercase`. */
  stripAccents?: boolean | undefined
  /** Default true. */
  lowercase?: boolean
}
