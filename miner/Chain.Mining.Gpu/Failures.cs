using ILGPU;
using ILGPU.Backends;
using ILGPU.Runtime;

namespace Chain.Mining.Gpu;

/// <summary>
/// The exceptions by which ILGPU and the drivers say that a device cannot do, or no longer does, what is asked.
/// </summary>
internal static class Failures
{
    public static bool IsOne(Exception e) => e
        is AcceleratorException
        or InternalCompilerException
        or CapabilityNotSupportedException
        or NotSupportedIntrinsicException
        or InvalidCodeGenerationException
        or InvalidKernelOperationException
        or NotSupportedException
        or OutOfMemoryException
        or DllNotFoundException
        or EntryPointNotFoundException;
}
