// SPDX-License-Identifier: AGPL-3.0-or-later

package media

import "encoding/binary"

// A decoder walks over every block of a picture once for each scan of a component, and a progressive JPEG may
// have as many scans as have room: one that changes nothing takes some forty bytes, whatever the picture's
// size. Twenty megabytes of such scans would keep a decoder busy for hours, and everybody's photos wait for
// it. So they are counted before anything is decoded.
//
// The other kinds have no such place: of a GIF the first frame alone is decoded, which fits into the size it
// says it has; a PNG and a WebP hold each of their pixels once.

const (
	blockSide = 8
	// maxVisits is how many blocks are walked over for one picture: those of the largest one in 48 scans of a
	// component, a second or two. Encoders make 10 scans, in 14 to 18 of a component.
	maxVisits = 48 * maxPixels / (blockSide * blockSide)
)

// visits bounds how often a decoder of JPEG walks over a block, for a picture of a size.
//
// Every scan that a decoder can find is counted, wherever it stands: data of a scan hold no marker, so that
// 0xff 0xda is found in them by no decoder, and what else holds these bytes by chance, or is a picture inside
// the picture, only adds to the sum. Each component is counted as if it had the picture's full size, filled
// up to the largest unit of blocks there is.
func visits(raw []byte, width, height int) int {
	const unit = 4
	up := func(side int) int { return (side + unit*blockSide - 1) / (unit * blockSide) * unit }
	blocks, sum := up(width)*up(height), 0
	for at := 2; at+5 <= len(raw); at++ {
		if raw[at] == 0xff && raw[at+1] == 0xda {
			parts := int(raw[at+4])
			if parts >= 1 && parts <= 4 && int(binary.BigEndian.Uint16(raw[at+2:])) == 6+2*parts {
				sum += parts * blocks
			}
		}
	}
	return sum
}
