using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using DeepSeekCompiler.Generators.Loops;
using DeepSeekCompiler.Generators.Spec;
using DeepSeekCompiler.Generators.Targets.Host;

namespace DeepSeekCompiler.Generators.Targets.Ilgpu;

/// <summary>Where the scratch buffers of a worker live: small ones on the chip (shared by a group's threads, or private to a single thread), large
/// ones in a slot of device memory that the group keeps for the launch.</summary>
internal sealed class DeviceScratch
{
    private readonly List<Buffer> _near = new();
    private readonly List<(Buffer Buffer, int Offset)> _far = new();

    private DeviceScratch()
    {
    }

    /// <summary>4-byte numbers of a group's slot of device memory.</summary>
    public int Slot { get; private set; }

    public static DeviceScratch Of(Stmt body, DeviceTarget target)
    {
        var result = new DeviceScratch();
        int room = target.SharedBytes / 4;
        foreach (var buffer in Buffers(body).OrderBy(b => b.Length))
        {
            if (buffer.Length <= room)
            {
                room -= buffer.Length;
                result._near.Add(buffer);
                continue;
            }

            result._far.Add((buffer, result.Slot));
            result.Slot += (buffer.Length + 15) / 16 * 16;
        }

        return result;
    }

    public void Print(CodeWriter writer, DeviceTarget target)
    {
        string memory = target.Threads > 1 ? "SharedMemory" : "LocalMemory";
        foreach (var buffer in _near) writer.Line($"var {buffer.Name} = {memory}.Allocate<{HostTypes.Element(buffer.Format)}>({Number(buffer.Length)});");
        foreach (var (buffer, offset) in _far)
        {
            string cast = buffer.Format == NumberFormat.I32 ? ".Cast<int>()" : "";
            writer.Line($"var {buffer.Name} = given.scratch.SubView((long)Grid.IdxX * {Number(Slot)} + {Number(offset)}, {Number(buffer.Length)}){cast};");
        }
    }

    private static IEnumerable<Buffer> Buffers(Stmt statement) => statement switch
    {
        Block block => block.Body.SelectMany(Buffers),
        For loop => Buffers(loop.Body),
        If branch => Buffers(branch.Then),
        Alloc { Target.Scope: MemoryScope.Scratch } alloc => [alloc.Target],
        _ => [],
    };

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
