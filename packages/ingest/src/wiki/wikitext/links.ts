import { COLON, OPEN_PAREN } from './bytes.ts'

/** What a link's prefix says that it is. */
export type LinkKind = 'page' | 'file' | 'hidden'

const encode = (words: string): Set<string> => new Set(words.split(' '))

// Names of the namespaces of files and categories in the larger Wikipedias; a dump's own header adds its own.
const fileNames =
  'file image media datei bild fichier image archivo imagen immagine ficheiro imagem arquivo файл изображение файл зображення картинка plik grafika bestand afbeelding fil bilde billede tiedosto kuva kép fájl soubor obrázek súbor fișier imagine 文件 档案 檔案 圖像 图像 画像 ファイル 파일 그림 ملف صورة קובץ תמונה پرونده dosya resim tập_tin berkas gambar αρχείο εικόνα slika датотека слика dosiero vaizdas pilt fail fitxer imatge fitxategi irudi'
const categoryNames =
  'category kategorie catégorie categoría categoria категория категорія kategoria categorie kategori luokka kategória kategorija categorie 分类 分類 カテゴリ 분류 تصنيف קטגוריה رده thể_loại κατηγορία категорија kategorio kategoria'
// Wikipedias by the codes of their languages, as of 2024: a link with one of these is a link between languages.
const languages =
  'aa ab ace ady af ak als alt am ami an ang anp ar arc ary arz as ast atj av avk awa ay az azb ba ban bar bat-smg bbc bcl be be-tarask be-x-old bg bh bi bjn blk bm bn bo bpy br bs bug bxr ca cbk-zam cdo ce ceb ch cho chr chy ckb co cr crh cs csb cu cv cy da dag de dga din diq dsb dty dv dz ee el eml en eo es et eu ext fa fat ff fi fiu-vro fj fo fon fr frp frr fur fy ga gag gan gcr gd gl glk gn gom gor got gpe gu guc gur guw gv ha hak haw he hi hif ho hr hsb ht hu hy hyw hz ia id ie ig ii ik ilo inh io is it iu ja jam jbo jv ka kaa kab kbd kbp kcg kg ki kj kk kl km kn ko koi kr krc ks ksh ku kv kw ky la lad lb lbe lez lfn lg li lij lld lmo ln lo lrc lt ltg lv mad mai map-bms mdf mg mh mhr mi min mk ml mn mni mnw mr mrj ms mt mus mwl my myv mzn na nah nan nap nds nds-nl ne new ng nia nl nn no nov nqo nrm nso nv ny oc olo om or os pa pag pam pap pcd pcm pdc pfl pi pih pl pms pnb pnt ps pt pwn qu rm rmy rn ro roa-rup roa-tara ru rue rw sa sah sat sc scn sco sd se sg sh shi shn si simple sk skr sl sm smn sn so sq sr srn ss st stq su sv sw szl szy ta tay tcy te tet tg th ti tk tl tly tn to tpi tr trv ts tt tum tw ty tyv udm ug uk ur uz ve vec vep vi vls vo wa war wo wuu xal xh xmf yi yo yue za zea zgh zh zh-classical zh-min-nan zh-yue zu'

/** Prefixes of links, by their names in lower case with underscores. */
export type LinkPrefixes = ReadonlyMap<string, LinkKind>

const known = new Map<string, LinkKind>()
for (const name of encode(languages)) known.set(name, 'hidden')
for (const name of encode(categoryNames)) known.set(name, 'hidden')
for (const name of encode(fileNames)) known.set(name, 'file')

/** @param namespaces of the dump's header, by number */
export function linkPrefixes(namespaces: ReadonlyMap<number, string>): LinkPrefixes {
  const prefixes = new Map(known)
  for (const [number, name] of namespaces) {
    const kind = number === 6 || number === -2 ? 'file' : number === 14 ? 'hidden' : undefined
    if (kind) prefixes.set(folded(name), kind)
  }
  return prefixes
}

function folded(name: string): string {
  return name.trim().toLowerCase().replaceAll(' ', '_')
}

/** Bytes that a prefix may have. */
const longestPrefix = 60

/** What the link whose target is in `out` from `from` to `to` is. */
export function linkKind(out: Uint8Array, from: number, to: number, prefixes: LinkPrefixes): LinkKind {
  const most = Math.min(to, from + longestPrefix)
  let colon = from
  while (colon < most && out[colon] !== COLON) colon++
  // `[[:Category:X]]` is a link like any other.
  if (colon === most || colon === from) return 'page'
  const prefix = Buffer.from(out.buffer, out.byteOffset + from, colon - from).toString()
  return prefixes.get(folded(prefix)) ?? 'page'
}

/** Where the text of a target without a label ends: `[[Mercury (planet)|]]` shows "Mercury". */
export function pipeTrickEnd(out: Uint8Array, from: number, to: number): number {
  for (let i = to - 1; i > from; i--) {
    if (out[i] === OPEN_PAREN) {
      let end = i
      while (end > from && out[end - 1] === 0x20) end--
      return end
    }
  }
  return to
}
