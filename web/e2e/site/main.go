// SPDX-License-Identifier: AGPL-3.0-or-later

// Command site runs the site of the browser tests that links lead to. It writes its certificate to the file
// it is given, prints its address, and ends with its input.
package main

import (
	"encoding/pem"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
)

func main() {
	site := httptest.NewTLSServer(http.HandlerFunc(serve))
	defer site.Close()
	raw := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: site.Certificate().Raw})
	if err := os.WriteFile(os.Args[1], raw, 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(site.URL)
	_, _ = io.Copy(io.Discard, os.Stdin) // until whoever started it is done
}

func serve(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/rain.png":
		picture(w, 640, 360)
	case "/small.png":
		picture(w, 120, 120)
	case "/news":
		page(w, "باران در راه است",
			"هواشناسی می‌گوید آخر هفته در البرز برف و در دامنه‌ها باران می‌بارد.", "/rain.png")
	case "/note":
		page(w, "A short note", "About clear water, and how to keep it so.", "/small.png")
	default:
		http.NotFound(w, r)
	}
}

func page(w http.ResponseWriter, title, about, image string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(w, `<title>%s</title><meta property="og:site_name" content="چشمه">`+
		`<meta property="og:description" content="%s"><meta property="og:image" content="%s">`, title, about, image)
}

func picture(w http.ResponseWriter, width, height int) {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, color.RGBA{uint8(40 + 60*y/height), uint8(110 + 80*x/width), uint8(170 + 60*y/height), 255})
		}
	}
	_ = png.Encode(w, img) // a reader that went away needs none
}
