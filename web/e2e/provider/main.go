// SPDX-License-Identifier: AGPL-3.0-or-later

// Command provider runs the organisation's provider of the browser tests. It prints its address, makes a
// client known for each line it reads (id, secret and where people are led back to), prints "known", and ends
// with its input.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/zolal-im/zolal/internal/testenv/provider"
)

func main() {
	p, err := provider.Start(os.Args[1:]...)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer p.Close()
	fmt.Println(p.Issuer)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if words := strings.Fields(lines.Text()); len(words) == 3 {
			p.Register(words[0], words[1], words[2])
			fmt.Println("known")
		}
	}
}
