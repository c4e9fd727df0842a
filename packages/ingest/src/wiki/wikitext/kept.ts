import { NameTable } from './names.ts'

/**
 * What stands for a template whose text a reader sees: its positional arguments by number, in order (`-1`: the last), what is put
 * before and between them, and how many there are at most. All other templates leave nothing.
 */
export interface Kept {
  readonly args: readonly number[]
  readonly before: Uint8Array
  readonly between: Uint8Array
  /** Its own text, where it takes no argument. */
  readonly literal?: Uint8Array
  /** Arguments that are looked for by name first. */
  readonly named?: readonly string[]
  /** `{{convert|5|to|6|km}}` */
  readonly measure?: true
}

const encoder = new TextEncoder()

function kept(
  names: string,
  args: readonly number[],
  options: { before?: string; between?: string; named?: readonly string[]; measure?: true } = {},
): [string, Kept][] {
  const { before = '', between = ' ', ...rest } = options
  const value = { args, before: encoder.encode(before), between: encoder.encode(between), ...rest }
  return names.split(',').map(name => [name, value])
}

function literal(names: string, text: string): [string, Kept][] {
  const nothing = new Uint8Array(0)
  return names
    .split(',')
    .map(name => [name, { args: [], before: nothing, between: nothing, literal: encoder.encode(text) }])
}

// No text here is longer than the shortest use of its template, so that what is written never overtakes what is read.
export const keptTemplates = new NameTable<Kept>([
  ...kept('lang,langue,langx,transl,transliteration,foreign language,lang-raw', [-1], { named: ['text'] }),
  ...kept(
    'nowrap,nobr,nobreak,nowr,nwr,no wrap,j,small,smaller,big,larger,sc,smallcaps,small caps,sub,sup,em,strong,italic,italics',
    [1],
  ),
  ...kept(
    'bold,mono,monospace,code,tt,kbd,var,mvar,math,font,font color,color,zh-simp,zh-trad,nobold,noitalic,normal,u,s,not a typo',
    [-1],
  ),
  ...kept(
    'abbr,abbrv,tooltip,angbr,angle bracket,grapheme,ipaslink,abr,abréviation,hover title,sic,typo,as written,visible anchor,vanchor',
    [1],
  ),
  ...kept('quote,cquote,blockquote,bquote,quotation,block quote,zitat,citation bloc,"', [1], {
    named: ['text', 'quote'],
  }),
  ...kept('nihongo,nihongo3', [1, 2, 3]),
  ...kept(
    'ill,interlanguage link,link-interwiki,illm,interlanguage link multi,仮リンク,le,link,tsl-text,lien,link-en,link-ja,link-fr,link-de',
    [1],
  ),
  ...kept('sortname,ship,sclass,sclass-', [1, 2]),
  ...kept('flag,flagu,country', [1]),
  ...kept('convert,cvt,convertir,conversion', [], { measure: true }),
  ...kept('val,num,formatnum,nombre,nts,ntsh,number', [1]),
  ...kept('unité,unit,date,date-,birth-date,start date text', [1, 2, 3]),
  ...kept('frac,sfrac,fraction', [1, 2, 3], { between: '/' }),
  ...kept('circa,c.,ca.', [1], { before: 'c. ' }),
  ...kept('as of,as of?', [1], { before: 'As of ' }),
  ...kept('lc,uc,lcfirst,ucfirst', [1]),
  ...kept('center,centre,align,left,right,stack,multiline,plainlist,unbulleted list,hlist,flatlist', [-1]),
  ...kept('poem,poemquote,verse', [1], { named: ['text'] }),
  ...kept('ruby,ruby-ja,読み仮名,lj,lang-zh-raw', [1]),
  ...kept('chem,chem2,ce', [1, 2, 3, 4, 5, 6, 7, 8], { between: '' }),
  ...literal('ndash,en dash,–', '–'),
  ...literal('spaced ndash,spaced en dash,snd,spnd,nbndash', ' – '),
  ...literal('mdash,em dash,—', '—'),
  ...literal('spaced mdash,spaced em dash', ' — '),
  ...literal("',apostrophe", "'"),
  ...literal('nbsp,space,spaces,pad', ' '),
  ...literal('·,•,middot,dot,bull,bullet', ' · '),
  ...literal('!,!-', '|'),
  ...literal('=', '='),
])

// Names that start so: {{lang-ru|текст}} and its like.
export const langPrefix = encoder.encode('lang-')
export const langKept: Kept = { args: [1], before: new Uint8Array(0), between: new Uint8Array(0) }

/** Templates that mark a page as a list of others of the same name, in the larger Wikipedias. */
export const disambiguations = new NameTable<true>(
  (
    'disambig,disambiguation,dab,disamb,disambig page,disambiguation page,hndis,geodis,human name disambiguation,hndisambig,' +
    'geodisambig,place name disambiguation,numberdis,number disambiguation,letter-number combination disambiguation,mathdab,' +
    'mathematical disambiguation,schooldis,school disambiguation,hospitaldis,hospital disambiguation,roaddis,airport disambiguation,' +
    'species latin name disambiguation,species latin name abbreviation disambiguation,taxonomy disambiguation,biology disambiguation,' +
    'music disambiguation,genus disambiguation,call sign disambiguation,callsigndis,chinese title disambiguation,tndis,' +
    'disambiguation cleanup,disambig-cleanup,begriffsklärung,homonymie,paronymie,patronymie,toponymie,desambiguación,disambigua,' +
    'desambiguação,desambig,desambiguació,неоднозначность,Неоднозначность,многозначность,Многозначность,багатозначність,' +
    'Багатозначність,пояснение,Пояснение,вишезначна одредница,ujednoznacznienie,dp,doorverwijspagina,gren,förgrening,grensida,' +
    '消歧义,消歧義,消歧义页,消歧義頁,曖昧さ回避,aimai,동음이의,동음이의어 문서,rozcestník,rozlišovacia stránka,täsmennyssivu,täsmennys,' +
    'anlam ayrımı,egyért,egyértelműsítő lap,dezambiguizare,flertydig,peker,pekerside,định hướng,trang định hướng,توضيح,' +
    'פירושונים,ابهام‌زدایی,disambigi,apartigilo,argipen,razločitev,višeznačna odrednica,homonymiesida'
  )
    .split(',')
    .map(name => [name, true]),
)
