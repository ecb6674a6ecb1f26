#if FEED_FULL
using Chain.Miner;
using Chain.Miner.Gpu;

namespace Chain.Tests;

/// <summary>The ILGPU adapter on ILGPU's own processor accelerator. Only the full flavour has it.</summary>
public sealed class GpuTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public void The_kernel_passes_the_check_of_the_processor_engines_through_ilgpu(int threads) =>
        Assert.Null(EngineCheck.Fault(Devices.OpenProcessor(threads), seed: 3));

    [Fact]
    public void Looking_for_devices_never_fails_and_says_why_there_are_none()
    {
        var list = Devices.List();
        Assert.True(list.Devices.Count > 0 || list.Note!.StartsWith("No GPU", StringComparison.Ordinal), list.Note);
    }
}
#endif
