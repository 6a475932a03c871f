# SPDX-License-Identifier: Apache-2.0
# bin/fp8oracle, include/fp8oracle/{backend.h,client.hpp,operations/operations.def}, lib/fp8oracle/*.so, lib/cmake/fp8oracle, share/doc/fp8oracle.
include(CMakePackageConfigHelpers)
set(fp8oracle_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/fp8oracle)
set(FP8ORACLE_MODULE_DIR ${CMAKE_INSTALL_LIBDIR}/fp8oracle)

set_target_properties(fp8oracle_abi PROPERTIES EXPORT_NAME abi)
install(TARGETS fp8oracle fp8oracle_abi EXPORT fp8oracleTargets
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES
  ${PROJECT_SOURCE_DIR}/common/include/fp8oracle/backend.h
  ${PROJECT_SOURCE_DIR}/common/include/fp8oracle/client.hpp
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/fp8oracle)
install(FILES ${PROJECT_SOURCE_DIR}/common/operations/include/fp8oracle/operations/operations.def
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/fp8oracle/operations)
foreach(module IN ITEMS reference cpu cuda)
  if(TARGET fp8oracle_${module}_module)
    install(TARGETS fp8oracle_${module}_module LIBRARY DESTINATION ${FP8ORACLE_MODULE_DIR})
  endif()
endforeach()

install(EXPORT fp8oracleTargets NAMESPACE fp8oracle:: DESTINATION ${fp8oracle_package_dir})
configure_package_config_file(cmake/fp8oracleConfig.cmake.in fp8oracleConfig.cmake
  INSTALL_DESTINATION ${fp8oracle_package_dir} PATH_VARS FP8ORACLE_MODULE_DIR)
write_basic_package_version_file(fp8oracleConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/fp8oracleConfig.cmake ${PROJECT_BINARY_DIR}/fp8oracleConfigVersion.cmake
  DESTINATION ${fp8oracle_package_dir})

install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}
  FILES_MATCHING PATTERN "*.md")
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
