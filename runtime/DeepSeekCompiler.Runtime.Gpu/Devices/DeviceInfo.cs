namespace DeepSeekCompiler.Runtime.Gpu.Devices;

/// <summary>A device that a driver offers.</summary>
/// <param name="Name">How it is asked for: <c>opencl:0</c>, <c>cuda:0</c>.</param>
/// <param name="Description">The driver's name for it.</param>
/// <param name="Vendor">Who made the driver.</param>
/// <param name="MemoryBytes">Its memory.</param>
/// <param name="Units">Multiprocessors, or compute units.</param>
/// <param name="Variant">The kind of device program that runs on it.</param>
/// <param name="Refusal">Why models cannot run on it, as a sentence; null for a suitable one.</param>
public sealed record DeviceInfo(string Name, string Description, string Vendor, long MemoryBytes, int Units, DeviceVariant Variant, string? Refusal);
