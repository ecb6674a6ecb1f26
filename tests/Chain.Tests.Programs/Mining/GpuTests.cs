using System.Reflection;
using Chain.Mining;
using Chain.Mining.Gpu;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace Chain.Tests;

/// <summary>The ILGPU adapter on ILGPU's own processor accelerator.</summary>
public sealed class GpuTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public void The_kernel_passes_the_check_of_the_processor_engines_through_ilgpu(int threads) =>
        Assert.Null(EngineCheck.Fault(Devices.OpenProcessor(threads), seed: 3));

    // Both would cost far more than the arithmetic; compiling needs no GPU.
    [Theory]
    [InlineData(typeof(FunnelRotate))]
    [InlineData(typeof(PlainRotate))]
    public void The_kernel_compiles_for_cuda_without_local_memory_or_calls(Type rotate)
    {
        using var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(context, CudaArchitecture.SM_80, CudaInstructionSet.ISA_70, null!);
        var kernel = typeof(IlgpuDevice).GetMethod(nameof(IlgpuDevice.Search),
            BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(rotate);
        var compiled = (PTXCompiledKernel)backend.Compile(EntryPointDescription.FromImplicitlyGroupedKernel(kernel),
            new KernelSpecialization(256, null));
        Assert.Contains("xor.b64", compiled.PTXAssembly, StringComparison.Ordinal);
        Assert.DoesNotContain(".local", compiled.PTXAssembly, StringComparison.Ordinal);
        Assert.DoesNotContain("call", compiled.PTXAssembly, StringComparison.Ordinal);
    }

    [Fact]
    public void Looking_for_devices_never_fails_and_says_why_there_is_no_gpu()
    {
        var list = Devices.List();
        Assert.True(list.Devices.Any(device => device.IsGpu) || list.Note!.StartsWith("No GPU", StringComparison.Ordinal),
            list.Note);
        Assert.Equal(MiningDevice.EmulatedKind, list.Devices[^1].Kind);
    }

    [Fact]
    public void The_engine_ilgpu_searches_on_this_machine_whatever_devices_it_has()
    {
        var choice = EngineChoice.Resolve("ilgpu", 1, Devices.List, _ => { });
        Assert.Null(choice.Error);
        Assert.Null(EngineCheck.Fault(Assert.Single(choice.Engines), seed: 5));
    }
}
