// SPDX-License-Identifier: AGPL-3.0-or-later

package chat

import "strings"

// endings are the endings of host names that are taken for addresses without a scheme: those of countries,
// the common general ones, and some in other scripts. What is missing here is an address with its scheme.
// The web app's list, web/src/model/endings.ts, is the same; its tests compare the two.
const endings = ` ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs
 bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec
 ee eg er es et eu fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy
 hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz
 la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx
 my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re
 ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th
 tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw
 com org net edu gov mil int info biz name pro mobi tel travel museum coop aero jobs cat asia
 post xxx app dev page web xyz online site website store shop club live life news blog tech
 cloud space world today media agency company group team work works zone link click wiki email
 chat social network digital design studio art photo photos gallery video film music game games
 fun top vip one icu best academy school university college education science health care
 clinic doctor bank finance money cash fund exchange capital market markets consulting
 solutions services systems software computer codes tools host hosting domains engineering
 energy green eco farm food cafe bar restaurant pizza coffee beer wine fashion style shoes
 boutique gift gifts house homes land estate properties rent apartments hotel tours holiday
 flights city town country africa berlin london paris nyc tokyo istanbul moscow press report
 review reviews show tips guide guru expert ninja rocks cool wtf lol love baby kids family dog
 pet center foundation charity ngo ong church faith bible islam law legal attorney tax
 accountant insurance loan credit trade business enterprises global international support help
 directory events party dance fit fitness yoga run racing football hockey golf ski bike cars
 auto ایران рф бел укр срб мкд 中国 中國 香港 台湾 한국 ไทย
 भारत السعودية مصر امارات الاردن المغرب سورية
 عراق قطر تونس پاکستان بازار شبكة موقع онлайн сайт
 орг москва ελ გე հայ `

// knownEnding reports whether a host name may end so.
func knownEnding(label string) bool {
	label = strings.ToLower(label)
	if strings.HasPrefix(label, "xn--") {
		return len(label) > len("xn--")
	}
	if len(label) < 2 {
		return false
	}
	i := strings.Index(endings, label)
	for i >= 0 {
		before, after := endings[i-1], endings[i+len(label)]
		if (before == ' ' || before == '\n') && (after == ' ' || after == '\n') {
			return true
		}
		next := strings.Index(endings[i+1:], label)
		if next < 0 {
			return false
		}
		i += 1 + next
	}
	return false
}
