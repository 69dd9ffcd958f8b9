using System.Collections.Generic;

namespace DeepSeekCompiler.Generators.Expressions;

/// <summary>An integer expression as a sum of terms with constant factors: index arithmetic in normal form.</summary>
internal sealed class Affine
{
    private readonly List<(Expr Term, long Factor)> _terms = new();

    public long Constant { get; private set; }

    public IReadOnlyList<(Expr Term, long Factor)> Terms => _terms;

    public static Affine Of(Expr e)
    {
        var sum = new Affine();
        sum.Add(e, 1);
        return sum;
    }

    /// <summary>The same value in normal form: divisions and remainders resolved where the bounds of variables allow.</summary>
    public static Expr Simplify(Expr e) => e.Kind == ScalarKind.I32 ? Of(e).ToExpr() : e;

    /// <summary>The factor of <paramref name="variable"/>; null when it also stands inside another term.</summary>
    public long? FactorOf(Var variable)
    {
        long factor = 0;
        foreach (var (term, f) in _terms)
        {
            if (term.Equals(variable)) factor = f;
            else if (Walk.Uses(term, variable)) return null;
        }

        return factor;
    }

    public Expr ToExpr()
    {
        Expr? sum = null;
        foreach (var (term, factor) in _terms)
        {
            if (factor == 0) continue;
            if (sum is not null && factor < 0) sum -= Scaled(term, -factor);
            else sum = sum is null ? Scaled(term, factor) : sum + Scaled(term, factor);
        }

        if (sum is null) return Const.Int(Constant);
        return Constant < 0 ? sum - Const.Int(-Constant) : sum + Const.Int(Constant);
    }

    private static Expr Scaled(Expr term, long factor) => factor == 1 ? term : term * Const.Int(factor);

    private void Add(Expr e, long factor)
    {
        switch (e)
        {
            case Const c:
                Constant += (long)c.Value * factor;
                break;
            case Binary { Op: BinaryOp.Add } b:
                Add(b.Left, factor);
                Add(b.Right, factor);
                break;
            case Binary { Op: BinaryOp.Sub } b:
                Add(b.Left, factor);
                Add(b.Right, -factor);
                break;
            case Binary { Op: BinaryOp.Mul } b:
                AddProduct(b, factor);
                break;
            case Binary { Op: BinaryOp.Div or BinaryOp.Mod, Right: Const { Value: > 0 } d } b:
                AddQuotient(Of(b.Left), (long)d.Value, b.Op, factor);
                break;
            case Binary { Op: BinaryOp.Min or BinaryOp.Max } b:
                AddTerm(new Binary(b.Op, Simplify(b.Left), Simplify(b.Right)), factor);
                break;
            default:
                AddTerm(e, factor);
                break;
        }
    }

    private void AddProduct(Binary product, long factor)
    {
        var left = Of(product.Left);
        var right = Of(product.Right);
        if (right._terms.Count == 0) AddScaled(left, right.Constant * factor);
        else if (left._terms.Count == 0) AddScaled(right, left.Constant * factor);
        else AddTerm(left.ToExpr() * right.ToExpr(), factor);
    }

    private void AddScaled(Affine other, long factor)
    {
        foreach (var (term, f) in other._terms) AddTerm(term, f * factor);
        Constant += other.Constant * factor;
    }

    // (d*q + r) / d is q and (d*q + r) % d is r when 0 <= r < d.
    private void AddQuotient(Affine value, long divisor, BinaryOp op, long factor)
    {
        var whole = new Affine();
        var rest = new Affine();
        long bound = 0;
        bool bounded = true, natural = value.Constant >= 0;
        foreach (var (term, f) in value._terms)
        {
            if (f % divisor == 0)
            {
                whole.AddTerm(term, f / divisor);
                continue;
            }

            rest.AddTerm(term, f);
            natural &= f > 0;
            if (term is Var { Bound: > 0 } v) bound += (v.Bound - 1) * f;
            else bounded = false;
        }

        if (!natural)
        {
            AddTerm(new Binary(op, value.ToExpr(), Const.Int(divisor)), factor);
            return;
        }

        whole.Constant = value.Constant / divisor;
        rest.Constant = value.Constant % divisor;
        if (op == BinaryOp.Div) rest.DropBelowGrain(divisor);
        bool resolved = bounded && bound + rest.Constant < divisor;
        if (op == BinaryOp.Div) AddScaled(whole, factor);
        if (!resolved) AddTerm(new Binary(op, rest.ToExpr(), Const.Int(divisor)), factor);
        else if (op == BinaryOp.Mod) AddScaled(rest, factor);
    }

    // (g*a + r) / (g*m) is a / m when 0 <= r < g: lanes never cross a scale block that is a multiple of a vector. The larger the factors that make up g, the
    // more is dropped, so the largest g that works is taken.
    private void DropBelowGrain(long divisor)
    {
        var falling = new List<(Expr Term, long Factor)>(_terms);
        falling.Sort((x, y) => y.Factor.CompareTo(x.Factor));
        long grain = divisor;
        for (int i = 0; i < falling.Count && grain > 1; i++)
        {
            grain = Gcd(grain, falling[i].Factor);
            if (!StaysBelow(grain, falling, i + 1)) continue;
            for (int j = i + 1; j < falling.Count; j++) _terms.Remove(falling[j]);
            Constant -= Constant % grain;
            return;
        }
    }

    private bool StaysBelow(long grain, List<(Expr Term, long Factor)> terms, int from)
    {
        long below = Constant % grain;
        for (int i = from; i < terms.Count; i++)
        {
            if (terms[i].Term is not Var { Bound: > 0 } v) return false;
            below += (v.Bound - 1) * terms[i].Factor;
        }

        return below < grain;
    }

    /// <summary>The greatest common divisor.</summary>
    public static long Gcd(long a, long b) => b == 0 ? a : Gcd(b, a % b);

    private void AddTerm(Expr term, long factor)
    {
        for (int i = 0; i < _terms.Count; i++)
        {
            if (!_terms[i].Term.Equals(term)) continue;
            _terms[i] = (term, _terms[i].Factor + factor);
            if (_terms[i].Factor == 0) _terms.RemoveAt(i);
            return;
        }

        _terms.Add((term, factor));
    }
}
