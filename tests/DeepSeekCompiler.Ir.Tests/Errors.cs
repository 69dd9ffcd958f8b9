namespace DeepSeekCompiler.Ir.Tests;

internal static class Errors
{
    /// <summary>1 - 2 sum(xy) / sum(xx + yy).</summary>
    public static double Relative(double[] x, double[] y)
    {
        double product = 0, squares = 0;
        for (int i = 0; i < x.Length; i++)
        {
            product += x[i] * y[i];
            squares += (x[i] * x[i]) + (y[i] * y[i]);
        }

        return squares == 0 ? 0 : 1 - (2 * product / squares);
    }
}
