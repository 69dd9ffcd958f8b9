using System.Collections.Generic;
using System.Linq;
using DeepSeekCompiler.Generators.Algorithms;

namespace DeepSeekCompiler.Generators.Schedules.Tuning;

/// <summary>What products leave open, in the form that they have on a target.</summary>
internal static class ProductForms
{
    /// <param name="weights">What is multiplied with.</param>
    /// <param name="products">The products, where their form has a tile.</param>
    /// <param name="form">Their form.</param>
    /// <param name="target">The target.</param>
    public static TuningForm Of(KernelWeights weights, IReadOnlyList<Product> products, MatrixForm form, Machine target) => form switch
    {
        MatrixForm.Packed => HostForms.Packed(weights),
        MatrixForm.PackedFixed => HostForms.PackedFixed(weights),
        MatrixForm.Tiled => HostForms.Tiled(weights),
        MatrixForm.Streaming when target.PacksPanels => HostForms.Streaming(weights),
        MatrixForm.Streaming or MatrixForm.DeviceStreaming => PortableForms.Streaming(weights, target),
        MatrixForm.Panel or MatrixForm.PanelAcross => PortableForms.Panel(weights, products.Max(Together), target),
        MatrixForm.TensorStreaming => CudaForms.Streaming(weights),
        _ => form.IsWarpgroup() ? CudaForms.Warpgroup(weights, products) : CudaForms.Tile(weights, products, form, target),
    };

    private static int Together(Product first)
    {
        int together = 1;
        for (var product = first; product is not null; product = product.Partner) together = System.Math.Max(together, product.Together);
        return together;
    }
}
