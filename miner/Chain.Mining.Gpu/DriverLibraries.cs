using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;

namespace Chain.Mining.Gpu;

/// <summary>
/// Where the drivers' libraries are. ILGPU imports "cuda" and "OpenCL"; on Linux a driver installs only libcuda.so.1 and
/// libOpenCL.so.1, the names without a version come with development packages.
/// </summary>
internal static class DriverLibraries
{
    // ILGPU installs a resolver of its own there, and an assembly can have only one.
    private const string WindowsSubsystemForLinux = "/usr/lib/wsl/lib";

    private static readonly Lock Gate = new();
    private static bool s_resolved;

    public static void Resolve()
    {
        if (!OperatingSystem.IsLinux() || Directory.Exists(WindowsSubsystemForLinux)) return;
        lock (Gate)
        {
            if (s_resolved) return;
            s_resolved = true;
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Load);
        }
    }

    /// <summary>For the person who has a GPU and does not see it.</summary>
    public static string WhyNone()
    {
        var cuda = NativeLibrary.TryLoad(CudaName, out _) ? "is there but reports no device" : "was not found";
        var openCl = NativeLibrary.TryLoad(OpenClName, out _) ? "is there but reports no device" : "was not found";
        return $"No GPU: the CUDA driver's library ({CudaName}) {cuda}, the OpenCL loader ({OpenClName}) {openCl}.";
    }

    private static string CudaName => OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1";

    private static string OpenClName => OperatingSystem.IsWindows() ? "OpenCL.dll" : "libOpenCL.so.1";

    private static nint Load(string name, Assembly assembly, DllImportSearchPath? path)
    {
        var versioned = name switch
        {
            "cuda" => CudaName,
            "OpenCL" => OpenClName,
            _ => null,
        };
        return versioned is not null && NativeLibrary.TryLoad(versioned, assembly, path, out var handle) ? handle : 0;
    }
}
