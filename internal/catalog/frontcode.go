package catalog

import (
	"maps"
	"reflect"
	"slices"
)

// fields writes the exported fields of a struct, or any other value made of
// structs, lists, texts, whole numbers, truth and maps of texts.
func (e *encoder) fields(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			e.fields(v.Field(i))
		}
	case reflect.Slice:
		e.length(v)
		for i := range v.Len() {
			e.fields(v.Index(i))
		}
	case reflect.Map:
		m := v.Interface().(map[string]string)
		e.length(v)
		for _, key := range slices.Sorted(maps.Keys(m)) {
			e.text(key)
			e.text(m[key])
		}
	case reflect.String:
		e.text(v.String())
	case reflect.Int:
		e.int(v.Interface().(int))
	case reflect.Bool:
		e.flag(v.Bool())
	default:
		panic("catalog: front matter of type " + v.Type().String())
	}
}

// fields reads what an encoder's fields has written of a value of this type.
func (d *decoder) fields(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			d.fields(v.Field(i))
		}
	case reflect.Slice:
		if n := d.length(); n >= 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
			for i := range n {
				d.fields(v.Index(i))
			}
		}
	case reflect.Map:
		if n := d.length(); n >= 0 {
			m := make(map[string]string, n)
			for range n {
				key := d.text()
				m[key] = d.text()
			}
			v.Set(reflect.ValueOf(m))
		}
	case reflect.String:
		v.SetString(d.text())
	case reflect.Int:
		v.SetInt(int64(d.int()))
	case reflect.Bool:
		v.SetBool(d.flag())
	}
}

// length tells an empty list from none.
func (e *encoder) length(v reflect.Value) {
	if v.IsNil() {
		e.int(0)
		return
	}
	e.int(v.Len() + 1)
}

// length is -1 for none.
func (d *decoder) length() int {
	n := d.uint()
	if n > uint64(len(d.s))+1 {
		d.fail()
		return -1
	}
	return int(n) - 1
}

// kinds of front matter that have a type.
const (
	frontless = iota
	codeKind
	extensionKind
	docKind
	navKind
)

func (e *encoder) front(front any) {
	switch f := front.(type) {
	case *codeFront:
		e.int(codeKind)
		e.fields(reflect.ValueOf(f).Elem())
	case *extensionFront:
		e.int(extensionKind)
		e.fields(reflect.ValueOf(f).Elem())
	case *docFront:
		e.int(docKind)
		e.doc(f)
	case *navFile:
		e.int(navKind)
		e.fields(reflect.ValueOf(f).Elem())
	default:
		e.int(frontless)
	}
}

func (e *encoder) doc(f *docFront) {
	for _, s := range [...]string{f.Title, f.Label, f.Summary, f.Modified, f.ID} {
		e.text(s)
	}
	e.int(f.Order)
	e.flag(f.Draft)
	for _, list := range [...][]string{f.Tags, f.Names} {
		e.int(len(list))
		for _, s := range list {
			e.text(s)
		}
	}
}

func (d *decoder) doc() *docFront {
	f := &docFront{Title: d.text(), Label: d.text(), Summary: d.text(), Modified: d.text(), ID: d.text(), Order: d.int(), Draft: d.flag()}
	for _, list := range [...]*[]string{&f.Tags, &f.Names} {
		if n := d.count(); n > 0 {
			*list = make([]string, n)
			for i := range *list {
				(*list)[i] = d.text()
			}
		}
	}
	return f
}

func (d *decoder) front() any {
	var front any
	switch d.uint() {
	case codeKind:
		front = &codeFront{}
	case extensionKind:
		front = &extensionFront{}
	case docKind:
		return d.doc()
	case navKind:
		front = &navFile{}
	default:
		return nil
	}
	d.fields(reflect.ValueOf(front).Elem())
	return front
}
