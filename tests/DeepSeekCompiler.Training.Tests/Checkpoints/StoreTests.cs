using DeepSeekCompiler.Tests;
using DeepSeekCompiler.Training.Checkpoints;
using DeepSeekCompiler.Training.Loop;

namespace DeepSeekCompiler.Training.Tests.Checkpoints;

public sealed unsafe class StoreTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly float[] _numbers = GC.AllocateArray<float>(1000, pinned: true);

    private IReadOnlyList<StateTensor> Tensors
    {
        get
        {
            fixed (float* p = _numbers) return [new("a", (nint)p, 600), new("b", (nint)(p + 600), 400)];
        }
    }

    [Fact]
    public void WhatIsSaved_IsLoaded_AndTheLastTwoStay()
    {
        var store = new CheckpointStore(_folder.Path, 2);
        Assert.Null(store.Load(Tensors, Assert.Fail));
        for (int step = 1; step <= 5; step++) Save(store, step);
        Assert.Equal(["step-00000004", "step-00000005"], Directory.GetDirectories(_folder["checkpoints"]).Select(Path.GetFileName).Order());
        Assert.Equal(5, Load(store, Assert.Fail));
    }

    [Fact]
    public void ACrashAtAnyStage_LeavesTheCheckpointBefore_OrTheNewOne()
    {
        var store = new CheckpointStore(_folder.Path, 2);
        for (int step = 1; step <= 3; step++) Save(store, step);
        var loaded = new List<int>();
        for (int crash = 0; ; crash++)
        {
            int left = crash;
            store.AtStage = _ =>
            {
                if (left-- == 0) throw new InvalidOperationException("crash");
            };
            bool crashed = false;
            try
            {
                Save(store, 4 + crash);
            }
            catch (InvalidOperationException)
            {
                crashed = true;
            }

            store.AtStage = null;
            loaded.Add(Load(new CheckpointStore(_folder.Path, 2), Assert.Fail));
            if (!crashed) break;
        }

        // Up to the rename it is the old one; every crash behind it leaves the one it was writing.
        Assert.Equal(3, loaded[0]);
        Assert.Equal(4 + loaded.Count - 1, loaded[^1]);
        Assert.Equal(loaded.Order(), loaded);
        Assert.InRange(loaded.Count, 9, 20);
    }

    [Theory]
    [InlineData("state.safetensors")]
    [InlineData("state.json")]
    [InlineData("SHA256SUMS")]
    public void ADamagedFile_IsSaid_AndTheCheckpointBeforeIsTaken(string file)
    {
        var store = new CheckpointStore(_folder.Path, 2);
        Save(store, 1);
        Save(store, 2);
        string path = Path.Combine(_folder["checkpoints"], "step-00000002", file);
        byte[] good = File.ReadAllBytes(path);
        foreach (byte[]? content in new[] { [], good[..(good.Length / 2)], good[..^1], [.. good[..^2], (byte)(good[^2] ^ 1), good[^1]], null })
        {
            if (content is null) File.Delete(path);
            else File.WriteAllBytes(path, content);
            string? said = null;
            bool whole = content is not null && file == "SHA256SUMS" && content.Length == good.Length - 1;
            Assert.Equal(whole ? 2 : 1, Load(store, s => said = s));
            if (!whole) Assert.Contains("step-00000002", said, StringComparison.Ordinal);
        }

        Directory.Delete(Path.Combine(_folder["checkpoints"], "step-00000001"), recursive: true);
        Assert.Contains("sound", Assert.Throws<TrainingException>(() => store.Load(Tensors, _ => { })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheCheckpointOfAnotherModel_IsOneSentence()
    {
        var store = new CheckpointStore(_folder.Path, 2);
        Save(store, 1);
        var one = Tensors[0];
        Assert.Contains("2 tensors", Refused([one]), StringComparison.Ordinal);
        Assert.Contains("no c of 400", Refused([one, Tensors[1] with { Name = "c" }]), StringComparison.Ordinal);
        Assert.Contains("no b of 399", Refused([one, Tensors[1] with { Count = 399 }]), StringComparison.Ordinal);
        string Refused(StateTensor[] tensors) => Assert.Throws<TrainingException>(() => store.Load(tensors, Assert.Fail)).Message;
    }

    public void Dispose() => _folder.Dispose();

    private void Save(CheckpointStore store, int step)
    {
        for (int i = 0; i < _numbers.Length; i++) _numbers[i] = (step * 1000) + i;
        store.Save(new TrainingState { Step = step, Position = step * 10L, Tokens = step * 100L, Settings = new TrainingSettings() }, Tensors);
    }

    private int Load(CheckpointStore store, Action<string> note)
    {
        Array.Clear(_numbers);
        var state = store.Load(Tensors, note)!;
        for (int i = 0; i < _numbers.Length; i++) Assert.Equal((state.Step * 1000) + i, _numbers[i]);
        Assert.Equal((state.Step * 10L, state.Step * 100L, new TrainingSettings()), (state.Position, state.Tokens, state.Settings));
        return state.Step;
    }
}
