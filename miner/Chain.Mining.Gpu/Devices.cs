using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace Chain.Mining.Gpu;

/// <summary>The accelerators that ILGPU finds on this machine.</summary>
public static class Devices
{
    // Long enough to drown the cost of a launch, short enough that a new job need not wait.
    private static readonly TimeSpan LaunchTime = TimeSpan.FromMilliseconds(20);

    /// <summary>The version of ILGPU that compiles the kernel.</summary>
    public static string IlgpuVersion => typeof(Context).Assembly.GetName().Version?.ToString(3) ?? "unknown";

    /// <summary>
    /// Every CUDA device, then every OpenCL device, usable or not; last ILGPU's own accelerator, which emulates a GPU.
    /// </summary>
    public static DeviceList List()
    {
        DriverLibraries.Resolve();
        var emulated = new MiningDevice("ILGPU CPU accelerator", MiningDevice.EmulatedKind, null,
            () => OpenProcessor(Environment.ProcessorCount));
        Context context;
        try
        {
            context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2).Cuda(_ => { }).OpenCL(_ => true));
        }
        catch (Exception e) when (Failures.IsOne(e))
        {
            return new DeviceList([emulated], $"Looking for GPUs failed: {e.Message}");
        }

        // The context lives as long as the program: devices are opened from it later.
        MiningDevice[] gpus =
        [
            .. context.Devices.Where(device => device is CudaDevice).Select(device => Describe(context, device)),
            .. context.Devices.Where(device => device is CLDevice).Select(device => Describe(context, device)),
        ];
        return new DeviceList([.. gpus, emulated], gpus.Length > 0 ? null : DriverLibraries.WhyNone());
    }

    /// <summary>ILGPU's own processor accelerator: slow, so nobody gets it who did not ask for it.</summary>
    internal static INonceSearcher OpenProcessor(int threads)
    {
        var context = Context.Create(builder => builder.Optimize(OptimizationLevel.O2).CPU());
        return Open(context, context.GetCPUDevice(0), threads);
    }

    private static MiningDevice Describe(Context context, Device device)
    {
        var kind = device is CudaDevice ? "cuda" : "opencl";
        return Problem(device) is { } problem
            ? new MiningDevice(device.Name, kind, problem, null)
            : new MiningDevice(device.Name, kind, null, () => Open(context, device, threads: null));
    }

    private static string? Problem(Device device) => device switch
    {
        CLDevice openCl when !openCl.Capabilities.GenericAddressSpace =>
            "its OpenCL driver has no generic address space, which ILGPU needs",
        _ => null,
    };

    private static KernelSearcher Open(Context context, Device device, int? threads)
    {
        try
        {
            return new KernelSearcher(new IlgpuDevice(context, device, threads), LaunchTime, TimeProvider.System);
        }
        catch (Exception e) when (Failures.IsOne(e))
        {
            throw new DeviceException($"the kernel cannot run on it: {e.Message}", e);
        }
    }
}
