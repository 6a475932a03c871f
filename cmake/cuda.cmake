# SPDX-License-Identifier: Apache-2.0
# CUDA is optional: FP8ORACLE_HAVE_CUDA says whether the backend is built. The language is enabled
# here, at the top, because every program that links the backend links CUDA objects.
option(FP8ORACLE_CUDA "Build the CUDA backend where a toolkit is found" ON)
set(FP8ORACLE_CUDA_ARCHITECTURES "80;90;100" CACHE STRING
    "Architectures of the CUDA backend; sm_80 is the oldest that its kernels know")
set(FP8ORACLE_HAVE_CUDA OFF)
if(FP8ORACLE_CUDA)
  # check_language() alone does not look in /usr/local/cuda; find_package() does.
  find_package(CUDAToolkit QUIET)
  if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX} AND CUDAToolkit_NVCC_EXECUTABLE)
    set(CMAKE_CUDA_COMPILER ${CUDAToolkit_NVCC_EXECUTABLE})
  endif()
  if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES ${FP8ORACLE_CUDA_ARCHITECTURES})
  endif()
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER AND CUDAToolkit_FOUND)
    enable_language(CUDA)
    set(FP8ORACLE_HAVE_CUDA ON)
    set(CMAKE_CUDA_RUNTIME_LIBRARY Static)
    message(STATUS "CUDA backend: toolkit ${CUDAToolkit_VERSION}, "
                   "architectures ${FP8ORACLE_CUDA_ARCHITECTURES}")
  endif()
endif()
if(NOT FP8ORACLE_CUDA)
  message(STATUS "CUDA backend: SKIPPED, FP8ORACLE_CUDA is off")
elseif(NOT FP8ORACLE_HAVE_CUDA)
  message(WARNING "CUDA backend: SKIPPED, no CUDA toolkit was found")
endif()
