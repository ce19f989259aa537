package api

import (
	"fmt"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// describe returns a line for each name that a package exports, with its fields and methods, promoted ones
// too, sorted but for a struct's fields.
func describe(p *types.Package) string {
	d := description{func(other *types.Package) string {
		if other == p {
			return ""
		}
		return other.Name()
	}}
	var lines []string
	for _, name := range p.Scope().Names() { // sorted
		if token.IsExported(name) {
			lines = append(lines, d.object(p.Scope().Lookup(name))...)
		}
	}
	if lines == nil {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// description writes types of other packages with those packages' names.
type description struct{ qualify types.Qualifier }

func (d description) object(o types.Object) []string {
	switch o := o.(type) {
	case *types.Const:
		return []string{fmt.Sprintf("const %s %s = %s", o.Name(), d.typ(o.Type()), o.Val().ExactString())}
	case *types.TypeName:
		return d.named(o)
	}
	return []string{types.ObjectString(o, d.qualify)}
}

func (d description) typ(t types.Type) string { return types.TypeString(t, d.qualify) }

// named returns the lines of a type.
func (d description) named(o *types.TypeName) []string {
	if o.IsAlias() {
		return []string{fmt.Sprintf("type %s = %s", o.Name(), d.typ(types.Unalias(o.Type())))}
	}
	head := "type " + o.Name() + d.parameters(o.Type().(*types.Named))
	switch u := o.Type().Underlying().(type) {
	case *types.Struct:
		return append(append([]string{head + " struct"}, d.fields(o.Name(), u)...), d.methods(o)...)
	case *types.Interface:
		return append([]string{head + " interface"}, d.demands(o.Name(), u)...)
	default:
		return append([]string{head + " " + d.typ(u)}, d.methods(o)...)
	}
}

// parameters returns "[S Subject]" for a generic type.
func (d description) parameters(t *types.Named) string {
	var all []string
	for p := range t.TypeParams().TypeParams() {
		all = append(all, fmt.Sprintf("%v %s", p, d.typ(p.Constraint())))
	}
	if all == nil {
		return ""
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// fields returns a line for each exported field, and says whether there are others: those can't be set, and
// make a literal without field names impossible.
func (d description) fields(owner string, s *types.Struct) []string {
	var lines []string
	hidden := false
	for f := range s.Fields() {
		switch {
		case !f.Exported():
			hidden = true
		case f.Embedded():
			lines = append(lines, fmt.Sprintf("field %s.%s (embedded %s)", owner, f.Name(), d.typ(f.Type())))
		default:
			lines = append(lines, fmt.Sprintf("field %s.%s %s", owner, f.Name(), d.typ(f.Type())))
		}
	}
	if hidden {
		lines = append(lines, owner+" has unexported fields")
	}
	return lines
}

// methods returns a line for each exported method that a value or a pointer to one has.
func (d description) methods(o *types.TypeName) []string {
	values := types.NewMethodSet(o.Type())
	var lines []string
	for m := range types.NewMethodSet(types.NewPointer(o.Type())).Methods() {
		if !m.Obj().Exported() {
			continue
		}
		receiver := "*" + o.Name()
		if values.Lookup(m.Obj().Pkg(), m.Obj().Name()) != nil {
			receiver = o.Name()
		}
		lines = append(lines, fmt.Sprintf("method (%s) %s%s", receiver, m.Obj().Name(), strings.TrimPrefix(d.typ(m.Type()), "func")))
	}
	slices.Sort(lines)
	return lines
}

// demands returns a line for each method of an interface. Unexported ones seal it.
func (d description) demands(owner string, i *types.Interface) []string {
	var lines []string
	sealed := false
	for m := range i.Methods() {
		if m.Exported() {
			lines = append(lines, fmt.Sprintf("method %s.%s%s", owner, m.Name(), strings.TrimPrefix(d.typ(m.Type()), "func")))
		} else {
			sealed = true
		}
	}
	slices.Sort(lines)
	if !i.IsMethodSet() {
		lines = append(lines, fmt.Sprintf("%s is %s", owner, d.typ(i)))
	}
	if sealed {
		lines = append(lines, owner+" has unexported methods")
	}
	return lines
}
