// SPDX-License-Identifier: AGPL-3.0-or-later

// Command pushservice runs the push service of the browser tests. It writes its certificate to the file that
// it is given. For each line "browser" it prints a subscription, for "close" it stops answering and prints
// "closed", and what its browsers get it prints decrypted, each with a "> " before it. It ends with its
// input.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"sync"

	"github.com/zolal-im/zolal/internal/testenv/pushservice"
)

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(root string) error {
	s := pushservice.Start()
	if err := os.WriteFile(root, s.Root(), 0o600); err != nil {
		return err
	}
	var out sync.Mutex
	say := func(line string) {
		out.Lock()
		defer out.Unlock()
		fmt.Println(line)
	}
	say("ready")
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		switch lines.Text() {
		case "browser":
			b, err := s.Browser()
			if err != nil {
				return err
			}
			raw, err := json.Marshal(map[string]any{"endpoint": b.Endpoint, "key": b.Key, "secret": b.Secret})
			if err != nil {
				return err
			}
			say(string(raw))
			go tell(b, say)
		case "close":
			s.Close()
			say("closed")
		}
	}
	return nil
}

// tell prints what comes to a browser, until the process ends.
func tell(b *pushservice.Browser, say func(string)) {
	for told := 0; ; {
		all, more := b.Got()
		for ; told < len(all); told++ {
			say("> " + string(all[told].Payload))
		}
		<-more
	}
}
