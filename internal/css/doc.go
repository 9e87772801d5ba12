// Package css reads the styles of a document as far as they hide text from those who look at it.
//
//	style.go        a style attribute: whether it hides an element, and what text inside looks like
//	colors.go       the colours of text and of what is behind it
//	lengths.go      lengths and numbers, also calculated ones
//	stylesheet.go   the style elements of a document, and what their rules say of an element
package css
